/** Reads one HTTP reply off a socket with as little work as can be: where its body begins and where it ends. */
export type ReplyReader = {
  status: number;
  /** Whether the first byte of the body has come. */
  hasBody: boolean;
  /** Takes what the socket gave; true at the reply's end. */
  push(chunk: Buffer): boolean;
};

const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/** A reader of one reply. Chunked bodies end where a segment ends with the empty chunk, which event streams never hold. */
export function newReplyReader(): ReplyReader {
  let head: Buffer = Buffer.alloc(0);
  let isHeadRead = false;
  let isChunked = false;
  let bytesLeft = 0;
  let tail: Buffer = Buffer.alloc(0);

  const readHead = (text: string): void => {
    reader.status = Number(text.slice(9, 12));
    isChunked = /\r\ntransfer-encoding: *chunked/i.test(text);
    bytesLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
    isHeadRead = true;
  };
  const pushBody = (body: Buffer): boolean => {
    if (body.length > 0) reader.hasBody = true;
    if (!isChunked) {
      bytesLeft -= body.length;
      return bytesLeft <= 0;
    }
    tail = body.length >= LAST_CHUNK.length ? body : Buffer.concat([tail, body]);
    return tail.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
  };
  const reader: ReplyReader = {
    status: 0,
    hasBody: false,
    push(chunk) {
      if (isHeadRead) return pushBody(chunk);
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      const end = head.indexOf(HEAD_END);
      if (end < 0) return false;
      readHead(head.toString("latin1", 0, end));
      return pushBody(head.subarray(end + HEAD_END.length));
    },
  };
  return reader;
}
