/**
 * The name under which a package is stored and matched in its ecosystem: PEP 503 for Python, folded case where the
 * registry folds it, as it stands elsewhere.
 */
export const normalisePackage = (ecosystem: string, name: string): string => {
  switch (ecosystem.split(':', 1)[0]) {
    case 'PyPI':
      return name.toLowerCase().replace(/[-_.]+/g, '-');
    case 'NuGet':
    case 'Packagist':
      return name.toLowerCase();
    default:
      return name;
  }
};
