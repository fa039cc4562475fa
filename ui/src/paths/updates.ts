import { page } from './page.ts';

/** What is wrong with devices and what mends it: findings, updates, deployments. */
export const updatesPages = {
  vulnerabilities: page('/vulnerabilities', { GET: 'vulnerabilities:read' }),
  vulnerabilitiesCsv: page('/vulnerabilities.csv', { GET: 'vulnerabilities:read' }),
  finding: page('/vulnerabilities/:id', { GET: 'vulnerabilities:read' }),
  updates: page('/updates', { GET: 'updates:read' }),
  updatesCsv: page('/updates.csv', { GET: 'updates:read' }),
  updatesFollowed: page('/updates/followed', { GET: 'updates:read' }),
  /** POST: `action` approve, decline or deploy; `id` repeated or `all`; the first answer is the confirm page. */
  // Approving needs updates:write, ordering a deployment deployments:write.
  updatesDecide: page('/updates/decide', { POST: 'updates:read' }),
  update: page('/updates/:id', { GET: 'updates:read' }),
  updateLicence: page('/updates/:id/licence', { GET: 'updates:read' }),
  deployments: page('/deployments', { GET: 'deployments:read' }),
  /** GET form (`update` repeated, `device` or `group`), POST creates. */
  deploymentNew: page('/deployments/new', { GET: 'deployments:write', POST: 'deployments:write' }),
  deployment: page('/deployments/:id', { GET: 'deployments:read' }),
  /** POST */
  deploymentCancel: page('/deployments/:id/cancel', { POST: 'deployments:write' }),
} as const;
