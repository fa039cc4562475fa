// At the start of a text, or after a blank, a quote or a sign that parts arguments: `/srv/home/x` is no home folder.
const homes =
  /(?<![^\s"'=:;,|(])((?:\/(?:var\/)?home|\/Users|\/export\/home|[A-Za-z]:[\\/](?:Users|Documents and Settings))[\\/])[^\\/"']+/gi;

/** A path or a command without the names of the home folders in it: `/home/*` for `/home/dana`. */
export const withoutHome = (text: string): string => text.replace(homes, '$1*');
