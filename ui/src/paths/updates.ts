import { ofDevice, page } from './page.ts';

/** What is wrong with devices and what mends it: findings, updates, deployments. */
export const updatesPages = {
  vulnerabilities: page('/vulnerabilities', { ...ofDevice, GET: 'vulnerabilities:read' }),
  vulnerabilitiesCsv: page('/vulnerabilities.csv', { ...ofDevice, GET: 'vulnerabilities:read' }),
  /** Findings by what closes them. */
  findingGroups: page('/vulnerabilities/grouped', { ...ofDevice, GET: 'vulnerabilities:read' }),
  finding: page('/vulnerabilities/:id', { ...ofDevice, GET: 'vulnerabilities:read' }),
  updates: page('/updates', { bound: 'catalog', scoped: true, GET: 'updates:read' }),
  updatesCsv: page('/updates.csv', { bound: 'catalog', scoped: true, GET: 'updates:read' }),
  updatesFollowed: page('/updates/followed', { bound: 'catalog', scoped: true, GET: 'updates:read' }),
  /** POST: `action` approve, decline or deploy; `id` repeated or `all`; the first answer is the confirm page. */
  // Approving needs updates:write, ordering a deployment deployments:write.
  updatesDecide: page('/updates/decide', { bound: 'catalog', scoped: true, POST: 'updates:read' }),
  update: page('/updates/:id', { bound: 'catalog', scoped: true, GET: 'updates:read' }),
  updateLicence: page('/updates/:id/licence', { bound: 'catalog', scoped: true, GET: 'updates:read' }),
  deployments: page('/deployments', { ...ofDevice, GET: 'deployments:read' }),
  /** GET form (`update` repeated, `device` or `group`), POST creates. */
  deploymentNew: page('/deployments/new', { ...ofDevice, GET: 'deployments:write', POST: 'deployments:write' }),
  /** POST `action`: approve or refuse a consent to packages by agents of others. */
  deploymentConsentDecide: page('/deployments/consents/:id/decide', {
    bound: 'group',
    decides: true,
    POST: 'deployments:write',
  }),
  /** POST `action`: approve or refuse that a member of a redundancy group is not waited for. */
  redundancyExcuseDecide: page('/redundancy-excuses/:id/decide', {
    bound: 'site',
    decides: true,
    POST: 'deployments:write',
  }),
  deployment: page('/deployments/:id', { ...ofDevice, GET: 'deployments:read' }),
  deploymentCsv: page('/deployments/:id/orders.csv', { ...ofDevice, GET: 'deployments:read' }),
  /** POST */
  // `hold` takes the right to order, the others the one to approve: the service asks.
  deploymentRings: page('/deployments/:id/rings', { ...ofDevice, POST: 'deployments:write' }),
  deploymentCancel: page('/deployments/:id/cancel', { ...ofDevice, POST: 'deployments:write' }),
} as const;
