const homes =
  /^((?:\/(?:var\/)?home|\/Users|\/export\/home|[A-Za-z]:[\\/](?:Users|Documents and Settings))[\\/])[^\\/]+/i;

/** A path without the name of the home folder that it leads through: `/home/*` for `/home/dana`. */
export const withoutHome = (path: string): string => path.replace(homes, '$1*');
