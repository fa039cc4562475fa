import { withQuery } from '../list.ts';
import { type Query, segment } from './parts.ts';

/** What is wrong with devices and what mends it: findings, updates, deployments. */
export const updatesPaths = {
  vulnerabilities: (query: Query = {}) => withQuery('/vulnerabilities', query),
  vulnerabilitiesCsv: () => '/vulnerabilities.csv',
  finding: (id: string) => `/vulnerabilities/${segment(id)}`,
  updates: (query: Query = {}) => withQuery('/updates', query),
  updatesCsv: () => '/updates.csv',
  /** POST: `action` approve, decline or deploy; `id` repeated or `all`; the first answer is the confirm page. */
  updatesDecide: () => '/updates/decide',
  update: (id: string) => `/updates/${segment(id)}`,
  updateLicence: (id: string) => `/updates/${segment(id)}/licence`,
  deployments: (query: Query = {}) => withQuery('/deployments', query),
  /** GET form (`update` repeated, `device` or `group`), POST creates. */
  deploymentNew: (query: Query = {}) => withQuery('/deployments/new', query),
  deployment: (id: string) => `/deployments/${segment(id)}`,
  /** POST */
  deploymentCancel: (id: string) => `/deployments/${segment(id)}/cancel`,
} as const;

/** The same as patterns. */
export const updatesPatterns: Readonly<Record<keyof typeof updatesPaths, string>> = {
  vulnerabilities: '/vulnerabilities',
  vulnerabilitiesCsv: '/vulnerabilities.csv',
  finding: '/vulnerabilities/:id',
  updates: '/updates',
  updatesCsv: '/updates.csv',
  updatesDecide: '/updates/decide',
  update: '/updates/:id',
  updateLicence: '/updates/:id/licence',
  deployments: '/deployments',
  deploymentNew: '/deployments/new',
  deployment: '/deployments/:id',
  deploymentCancel: '/deployments/:id/cancel',
};
