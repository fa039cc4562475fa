const LINE_FEED = 0x0a;

/**
 * Cuts a stream of bytes into lines without their line feed; memory stays under the longest allowed line. A longer
 * line is yielded as its place-holder, so that the caller counts it. The last line needs no line feed.
 */
export async function* splitLines(
  stream: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<Uint8Array | 'TOO_LONG'> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let tooLong = false;
  const hold = (piece: Uint8Array): void => {
    if (tooLong || piece.length === 0) return;
    heldBytes += piece.length;
    if (heldBytes > maxLineBytes) {
      tooLong = true;
      held = [];
    } else {
      held.push(piece);
    }
  };
  const take = (): Uint8Array | 'TOO_LONG' => {
    const line = tooLong ? 'TOO_LONG' : held.length === 1 ? held[0]! : Buffer.concat(held);
    held = [];
    heldBytes = 0;
    tooLong = false;
    return line;
  };
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      hold(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    hold(chunk.subarray(start));
  }
  if (heldBytes > 0) yield take();
}
