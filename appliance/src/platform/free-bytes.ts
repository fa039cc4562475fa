/**
 * Gives the memory of many bytes back at once. Left to the collector, each 64 MiB of such make it go through the whole heap,
 * which costs more than reading what stood in them. A later reader finds them empty.
 */
export const freeBytes = (bytes: Uint8Array | Int32Array): void => {
  // Fewer may lie in the memory that small buffers share.
  if (bytes.byteLength > Buffer.poolSize && bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
};
