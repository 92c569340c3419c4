import type { Span } from "@opentelemetry/api";

/** One try at a supplier, for a trace. Units: epoch milliseconds. */
export type TracedTry = { channel: string; outcome: string; startMs: number; endMs: number };

/** A request that was answered, for a trace: nothing of its body, no secret, no cost. Units: epoch milliseconds. */
export type TracedRequest = {
  publicId: string;
  method: string;
  path: string;
  status: number;
  startMs: number;
  endMs: number;
  model: string | null;
  tries: readonly TracedTry[];
  /** The caller's own place in a trace, as W3C Trace Context writes it. */
  traceParent: string | undefined;
};

/** Spans of requests and their tries, sent to an OpenTelemetry collector in batches. */
export type Traces = {
  /** Note a request that has been answered. Never throws, never waits. */
  answered(request: TracedRequest): void;
  /** Send what is left. */
  stop(): Promise<void>;
};

const SERVICE = "scrip-gateway";
const FAILED_FROM = 500;
const SEND_EVERY_MS = 1_000;
/** Tries again included: a collector that is away holds up a stop no longer than this. */
const SEND_MS_MAX = 2_000;
/** What a caller's path and trace may be long: spans wait in memory. */
const TEXT_MAX = 200;

/**
 * Trace to the collector at that origin, by OTLP over HTTP. A collector that is away costs its traces and nothing else.
 *
 * The libraries are loaded here, so that a gateway without a collector starts without them.
 */
export async function openTraces(collector: string): Promise<Traces> {
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }, core, exporter, { resourceFromAttributes }, sdk] =
    await Promise.all([
      import("@opentelemetry/api"),
      import("@opentelemetry/core"),
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/resources"),
      import("@opentelemetry/sdk-trace-base"),
    ]);
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": SERVICE, "process.pid": process.pid }),
    spanProcessors: [
      new sdk.BatchSpanProcessor(
        new exporter.OTLPTraceExporter({ url: new URL("/v1/traces", collector).href, timeoutMillis: SEND_MS_MAX }),
        { scheduledDelayMillis: SEND_EVERY_MS },
      ),
    ],
  });
  const tracer = provider.getTracer(SERVICE);

  function addTry(parent: Span, { channel, outcome, startMs, endMs }: TracedTry): void {
    const attributes = { "scrip.channel": channel, "scrip.outcome": outcome };
    const context = trace.setSpan(ROOT_CONTEXT, parent);
    const span = tracer.startSpan("attempt", { kind: SpanKind.CLIENT, startTime: startMs, attributes }, context);
    if (outcome !== "ok") span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
    span.end(endMs);
  }

  return {
    answered({ publicId, method, path, status, startMs, endMs, model, tries, traceParent }) {
      const caller = traceParent === undefined ? null : core.parseTraceParent(traceParent);
      const context = caller ? trace.setSpanContext(ROOT_CONTEXT, { ...caller, isRemote: true }) : ROOT_CONTEXT;
      const attributes = {
        "http.request.method": method,
        "url.path": path.slice(0, TEXT_MAX),
        "http.response.status_code": status,
        "scrip.request_id": publicId,
        ...(model === null ? {} : { "gen_ai.request.model": model }),
      };
      const span = tracer.startSpan(
        `${method} ${path.slice(0, TEXT_MAX)}`,
        { kind: SpanKind.SERVER, startTime: startMs, attributes },
        context,
      );
      for (const each of tries) addTry(span, each);
      if (status >= FAILED_FROM) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(endMs);
    },
    stop: () => provider.shutdown(),
  };
}
