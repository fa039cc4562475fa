/** One value that a device reported of itself (OT 2.1): what it means, and what stood on the wire. */
export type DeviceFact = { field: string; value: string; raw: string };
