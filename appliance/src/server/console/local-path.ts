/**
 * Whether a text is a path of this console that a browser cannot take for another host: `//host` and `/\\host` are
 * addresses of hosts, and tabs and line breaks, which browsers drop, could make one of them.
 */
export const isLocalPath = (text: string): boolean => /^\/(?![/\\])[\x21-\x7e]{0,1999}$/.test(text);
