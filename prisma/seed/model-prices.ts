/**
 * What suppliers bill, as their price lists stood: US dollars for 1,000,000 tokens, for an image, for a second or for
 * 1,000,000 characters; `_x` columns are factors, `long_*` those of a request with more input than `long_above` tokens, or
 * with `long_from` and more; `peak_x` that of the `peak_hours` of each day, in UTC, to before the second of each pair.
 * `checked` is the day on which the row was last compared with its sources.
 * What a model can do is joined by `+`; `reasoning` stands where a part of its output may stay unseen. An empty field
 * means unknown or not applicable, never 0. Two rows of a model are dated prices. Sources: README.md.
 */
export const MODEL_PRICES = `\
model,provider,capabilities,input,output,cache_read,cache_write_5m,cache_write_1h,audio_in,audio_out,image_in,image_out,per_image,per_second,per_1m_chars,context,long_above,long_from,long_in_x,long_out_x,flex_x,priority_x,long_priority_x,peak_hours,peak_x,from,source,checked
gpt-5.6-sol,openai,chat+reasoning,5,30,0.5,6.25,,,,,,,,,1050000,272000,,2,1.5,0.5,2,,,,,litellm+genai-prices,2026-12-01
gpt-5.6-sol,openai,chat+reasoning,4,20,0.4,5,,,,,,,,,1050000,272000,,2,1.5,0.5,2,,,,2026-08-21,litellm+genai-prices,2026-12-01
gpt-5.6-terra,openai,chat+reasoning,2.5,15,0.25,3.125,,,,,,,,,1050000,272000,,2,1.5,0.5,2,,,,,litellm+genai-prices,2026-12-01
gpt-5.6-terra,openai,chat+reasoning,2,12,0.2,2.5,,,,,,,,,1050000,272000,,2,1.5,0.5,2,,,,2026-07-30,genai-prices,2026-12-01
gpt-5.6-luna,openai,chat+reasoning,1,6,0.1,1.25,,,,,,,,,1050000,272000,,2,1.5,0.5,2,,,,,litellm+genai-prices,2026-12-01
gpt-5.6-luna,openai,chat+reasoning,0.2,1.2,0.02,0.25,,,,,,,,,1050000,272000,,2,1.5,0.5,2,,,,2026-07-30,genai-prices,2026-12-01
gpt-5.5,openai,chat+reasoning,5,30,0.5,,,,,,,,,,1050000,272000,,2,1.5,0.5,2.5,1.25,,,,litellm,2026-12-01
gpt-5.4,openai,chat+reasoning,2.5,15,0.25,,,,,,,,,,1050000,272000,,2,1.5,0.5,2,1,,,,litellm,2026-12-01
gpt-5.4-mini,openai,chat+reasoning,0.75,4.5,0.075,,,,,,,,,,1050000,,,,,0.5,2,,,,,litellm,2026-12-01
gpt-5.4-nano,openai,chat+reasoning,0.2,1.25,0.02,,,,,,,,,,1050000,,,,,0.5,,,,,,litellm,2026-12-01
gpt-5,openai,chat+reasoning,1.25,10,0.125,,,,,,,,,,272000,,,,,0.5,2,,,,,litellm,2026-12-01
gpt-5-mini,openai,chat+reasoning,0.25,2,0.025,,,,,,,,,,272000,,,,,0.5,1.8,,,,,litellm,2026-12-01
gpt-4.1,openai,chat,2,8,0.5,,,,,,,,,,1047576,,,,,,1.75,,,,,litellm,2026-12-01
gpt-4.1-mini,openai,chat,0.4,1.6,0.1,,,,,,,,,,1047576,,,,,,1.75,,,,,litellm,2026-12-01
gpt-4o,openai,chat,2.5,10,1.25,,,,,,,,,,128000,,,,,,1.7,,,,,litellm,2026-12-01
gpt-4o-mini,openai,chat,0.15,0.6,0.075,,,,,,,,,,128000,,,,,,1.6667,,,,,litellm,2026-12-01
o3,openai,chat+reasoning,2,8,0.5,,,,,,,,,,200000,,,,,0.5,1.75,,,,,litellm,2026-12-01
gpt-audio,openai,chat,2.5,10,,,,32,64,,,,,,128000,,,,,,,,,,,litellm+genai-prices,2026-12-01
text-embedding-3-small,openai,embedding,0.02,0,,,,,,,,,,,8191,,,,,,,,,,,litellm,2026-12-01
text-embedding-3-large,openai,embedding,0.13,0,,,,,,,,,,,8191,,,,,,,,,,,litellm,2026-12-01
gpt-image-1-mini,openai,image,2,,0.2,,,,,2.5,8,,,,,,,,,,,,,,,litellm,2026-12-01
gpt-image-1.5,openai,image,5,10,1.25,,,,,8,32,,,,,,,,,,,,,,,litellm,2026-12-01
gpt-image-2,openai,image,5,10,1.25,,,,,8,30,,,,,,,,,,,,,,,litellm,2026-12-01
gpt-4o-transcribe,openai,audio_transcription,2.5,10,,,,6,,,,,,,16000,,,,,,,,,,,genai-prices(audio_in)+litellm,2026-12-01
gpt-4o-mini-transcribe,openai,audio_transcription,1.25,5,,,,1.25,,,,,,,16000,,,,,,,,,,,litellm,2026-12-01
tts-1,openai,audio_speech,,,,,,,,,,,,15,,,,,,,,,,,,litellm,2026-12-01
tts-1-hd,openai,audio_speech,,,,,,,,,,,,30,,,,,,,,,,,,litellm,2026-12-01
gpt-4o-mini-tts,openai,audio_speech,0.6,12,,,,,12,,,,,,,,,,,,,,,,,genai-prices,2026-12-01
claude-opus-5,anthropic,chat+reasoning,5,25,0.5,6.25,10,,,,,,,,1000000,,,,,,,,,,,litellm+genai-prices,2026-12-01
claude-opus-4-8,anthropic,chat+reasoning,5,25,0.5,6.25,10,,,,,,,,1000000,,,,,,,,,,,litellm+genai-prices,2026-12-01
claude-sonnet-5,anthropic,chat+reasoning,2,10,0.2,2.5,4,,,,,,,,1000000,,,,,,,,,,,litellm+genai-prices,2026-12-01
claude-sonnet-4-6,anthropic,chat+reasoning,3,15,0.3,3.75,6,,,,,,,,1000000,,,,,,,,,,,litellm+genai-prices,2026-12-01
claude-haiku-4-5,anthropic,chat+reasoning,1,5,0.1,1.25,2,,,,,,,,200000,,,,,,,,,,,litellm+genai-prices,2026-12-01
claude-fable-5,anthropic,chat+reasoning,10,50,1,12.5,20,,,,,,,,1000000,,,,,,,,,,,litellm+genai-prices,2026-12-01
gemini-3.1-pro-preview,gemini,chat+reasoning,2,12,0.2,,,,,,,,,,1048576,200000,,2,1.5,,,,,,,litellm+genai-prices,2026-12-01
gemini-3.7-flash,gemini,chat+reasoning,0.75,3.75,0.075,,,,,,,,,,1048576,,,,,,,,,,,genai-prices,2026-12-01
gemini-3.7-flash,gemini,chat+reasoning,1.5,7.5,0.15,,,,,,,,,,1048576,,,,,,,,,,2027-01-01,genai-prices,2026-12-01
gemini-3.6-flash,gemini,chat+reasoning,0.75,3.75,0.075,,,,,,,,,,1048576,,,,,,,,,,,genai-prices,2026-12-01
gemini-3.6-flash,gemini,chat+reasoning,1.5,7.5,0.15,,,,,,,,,,1048576,,,,,,,,,,2027-01-01,litellm+genai-prices,2026-12-01
gemini-3.5-flash,gemini,chat+reasoning,1.5,9,0.15,,,,,,,,,,1048576,,,,,,,,,,,litellm+genai-prices,2026-12-01
gemini-3.5-flash-lite,gemini,chat+reasoning,0.3,2.5,0.03,,,,,,,,,,1048576,,,,,,,,,,,litellm+genai-prices,2026-12-01
gemini-2.5-pro,gemini,chat+reasoning,1.25,10,0.125,,,,,,,,,,1048576,200000,,2,1.5,,,,,,,litellm,2026-12-01
gemini-2.5-flash,gemini,chat+reasoning,0.3,2.5,0.03,,,1,,,,,,,1048576,,,,,,,,,,,litellm,2026-12-01
gemini-2.5-flash-lite,gemini,chat+reasoning,0.1,0.4,0.01,,,0.3,,,,,,,1048576,,,,,,,,,,,litellm,2026-12-01
gemini-embedding-001,gemini,embedding,0.15,0,,,,,,,,,,,2048,,,,,,,,,,,litellm,2026-12-01
gemini-2.5-flash-image,gemini,image,0.3,2.5,0.03,,,1,,,30,,,,32768,,,,,,,,,,,litellm,2026-12-01
gemini-3-pro-image,gemini,image,2,12,,,,,,,120,,,,65536,,,,,,,,,,,litellm,2026-12-01
imagen-4.0-generate-001,gemini,image,,,,,,,,,,0.04,,,,,,,,,,,,,,litellm,2026-07-24
@cf/meta/llama-3.3-70b-instruct-fp8-fast,cloudflare,chat,0.293,2.253,,,,,,,,,,,24000,,,,,,,,,,,litellm,2026-12-01
@cf/openai/gpt-oss-120b,cloudflare,chat+reasoning,0.35,0.75,,,,,,,,,,,128000,,,,,,,,,,,litellm,2026-12-01
@cf/meta/llama-4-scout-17b-16e-instruct,cloudflare,chat,0.27,0.85,,,,,,,,,,,131000,,,,,,,,,,,litellm,2026-12-01
@cf/meta/llama-3.2-3b-instruct,cloudflare,chat,0.0509,0.335,,,,,,,,,,,80000,,,,,,,,,,,litellm,2026-12-01
@cf/moonshotai/kimi-k2.6,cloudflare,chat+reasoning,0.95,4,0.16,,,,,,,,,,262144,,,,,,,,,,,litellm,2026-12-01
llama-3.3-70b-versatile,groq,chat,0.59,0.79,,,,,,,,,,,128000,,,,,,,,,,,litellm,2026-12-01
llama-3.1-8b-instant,groq,chat,0.05,0.08,,,,,,,,,,,128000,,,,,,,,,,,litellm,2026-12-01
openai/gpt-oss-120b,groq,chat+reasoning,0.15,0.6,0.075,,,,,,,,,,131072,,,,,,,,,,,litellm,2026-12-01
openai/gpt-oss-20b,groq,chat+reasoning,0.075,0.3,0.0375,,,,,,,,,,131072,,,,,,,,,,,litellm,2026-12-01
whisper-large-v3,groq,audio_transcription,,,,,,,,,,,0.00003083,,,,,,,,,,,,,litellm,2026-12-01
whisper-large-v3-turbo,groq,audio_transcription,,,,,,,,,,,0.00001111,,,,,,,,,,,,,litellm,2026-12-01
deepseek-v4-flash,deepseek,chat+reasoning,0.15,0.6,0.003,,,,,,,,,,1000000,,,,,,,,1-4+6-10,2,,litellm+genai-prices,2026-12-01
deepseek-v4-pro,deepseek,chat+reasoning,0.66,1.98,0.022,,,,,,,,,,1000000,,,,,,,,1-4+6-10,2,,litellm+genai-prices,2026-12-01
mistral-large-2512,mistral,chat,0.5,1.5,0.05,,,,,,,,,,262144,,,,,,,,,,,mistral docs+litellm,2026-12-01
mistral-medium-3-5,mistral,chat+reasoning,1.5,7.5,0.15,,,,,,,,,,262144,,,,,,,,,,,mistral docs+litellm,2026-12-01
mistral-small-2603,mistral,chat+reasoning,0.15,0.6,0.015,,,,,,,,,,262144,,,,,,,,,,,mistral docs+genai-prices,2026-12-01
codestral-2508,mistral,chat,0.3,0.9,0.03,,,,,,,,,,256000,,,,,,,,,,,mistral docs+genai-prices,2026-12-01
mistral-embed,mistral,embedding,0.1,0,,,,,,,,,,,8192,,,,,,,,,,,litellm,2026-12-01
voxtral-mini-transcribe,mistral,audio_transcription,,,,,,,,,,,0.00005,,,,,,,,,,,,,mistral docs,2026-07-24
kimi-k2.6,moonshot,chat+reasoning,0.95,4,0.16,,,,,,,,,,262144,,,,,,,,,,,litellm+genai-prices,2026-12-01
kimi-k3,moonshot,chat+reasoning,3,15,0.3,3,6,,,,,,,,1048576,,,,,,,,,,,genai-prices,2026-12-01
grok-4.5,xai,chat+reasoning,2,6,0.3,,,,,,,,,,500000,,200000,2,2,,,,,,,litellm+genai-prices,2026-12-01
grok-4.3,xai,chat+reasoning,1.25,2.5,0.2,,,,,,,,,,1000000,,200000,2,2,,,,,,,litellm+genai-prices,2026-12-01
grok-4-1-fast,xai,chat+reasoning,0.2,0.5,0.05,,,,,,,,,,2000000,,128000,2,2,,,,,,,litellm,2026-07-24
deepseek-ai/DeepSeek-V4-Flash,siliconflow,chat+reasoning,0.14,0.28,0.028,,,,,,,,,,1000000,,,,,,,,,,,models.dev,2026-07-24
Qwen/Qwen3-32B,siliconflow,chat+reasoning,0.14,0.57,,,,,,,,,,,131000,,,,,,,,,,,models.dev,2026-07-24
moonshotai/Kimi-K2.6,siliconflow,chat+reasoning,0.77,4,0.2,,,,,,,,,,262000,,,,,,,,,,,models.dev,2026-07-24
`;
