import { BundleError } from '../errors.ts';

/** What a source may still write; counted down by what writes. */
export type Room = { leftBytes: number };

/** SOURCE_FULL where so many bytes have no room. */
export function demandRoom(room: Room, bytes: number, what: string): void {
  if (bytes > room.leftBytes)
    throw new BundleError(
      'SOURCE_FULL',
      `${what} needs ${bytes} bytes, and the limit of its source leaves ${room.leftBytes}`,
    );
}

/** Takes so many bytes from the room. SOURCE_FULL where they are not there. */
export function takeRoom(room: Room, bytes: number, what: string): void {
  demandRoom(room, bytes, what);
  room.leftBytes -= bytes;
}
