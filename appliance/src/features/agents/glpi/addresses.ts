// Where the entry point is. GLPI agents, FusionInventory and OCS send to the address that they are given as it stands; they add a
// path of their own only where it has none, and then it has no token either. But people keep what stood behind the name of
// their server: a slash, as the settings of these agents show it, or the page or plugin that took inventories there.

/** The address as it may be logged. */
const glpiPath = '/a/:token/glpi';

const kept = [
  '/front/inventory.php',
  '/marketplace/glpiinventory',
  '/plugins/glpiinventory',
  '/plugins/fusioninventory',
];

const roots = [glpiPath, '/a/:token/ocsinventory'];

/** All paths that take messages. */
export const messagePaths: readonly string[] = [...roots, ...kept.map((path) => `${glpiPath}${path}`)].flatMap(
  (path) => [path, `${path}/`],
);

/** Where agents that are set up for OAuth look for a token: beside the plugin, or behind the page. */
export const oauthPaths: readonly string[] = [...roots, `${glpiPath}/front/inventory.php`].map(
  (path) => `${path}/api.php/token`,
);
