/**
 * The name under which a package is stored and matched in its ecosystem: PEP 503 for Python, folded case where the
 * registry folds it, as it stands elsewhere.
 */
export const normalisePackage = (ecosystem: string, name: string): string => {
  switch (ecosystem.split(':', 1)[0]) {
    case 'PyPI':
      return name.toLowerCase().replace(/[-_.]+/g, '-');
    // A package URL of Go is in lower case, an advisory has the module as its author writes it.
    case 'Go':
    case 'NuGet':
    case 'Packagist':
      return name.toLowerCase();
    default:
      return name;
  }
};
