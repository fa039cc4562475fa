import sodium from 'libsodium-wrappers';

// The WebAssembly module loads once per process; waiting here keeps every signing and checking function synchronous.
await sodium.ready;

export { sodium };
