import { withQuery } from '../list.ts';
import { type Query, segment } from './parts.ts';

/** Asking controllers who they are. */
export const identificationPaths = {
  /** The switch of the site, halted zones, jobs. */
  identification: () => '/controllers/identification',
  /** POST `action` on or off; the first answer is the confirm page. */
  identificationSwitch: () => '/controllers/identification/switch',
  /** POST `zone`, `reason`: a halted zone may be asked again. */
  identificationZones: () => '/controllers/identification/zones',
  /** What may be asked of one controller; POST sets its own word. */
  identificationPolicy: (controller: string) => `/controllers/identification/policy/${segment(controller)}`,
  /** The dry run and the log of a job; POST: `action` approve, start or stop. */
  identificationJob: (id: string) => `/controllers/identification/${segment(id)}`,
  /** Server-sent events. */
  identificationStream: (id: string) => `/controllers/identification/${segment(id)}/stream`,
  /** Packets that left; of the newest run unless `run` says another. */
  identificationCsv: (id: string, query: Query = {}) =>
    withQuery(`/controllers/identification/${segment(id)}/packets.csv`, query),
  identificationNotice: (id: string) => `/controllers/identification/${segment(id)}/notice`,
  identificationNoticeFile: (id: string) => `/controllers/identification/${segment(id)}/notice.txt`,
} as const;

/** The same as patterns. */
export const identificationPatterns: Readonly<Record<keyof typeof identificationPaths, string>> = {
  identification: '/controllers/identification',
  identificationSwitch: '/controllers/identification/switch',
  identificationZones: '/controllers/identification/zones',
  identificationPolicy: '/controllers/identification/policy/:controller',
  identificationJob: '/controllers/identification/:id',
  identificationStream: '/controllers/identification/:id/stream',
  identificationCsv: '/controllers/identification/:id/packets.csv',
  identificationNotice: '/controllers/identification/:id/notice',
  identificationNoticeFile: '/controllers/identification/:id/notice.txt',
};
