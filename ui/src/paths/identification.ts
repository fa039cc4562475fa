import { ofZone, page } from './page.ts';

/** Asking controllers who they are. */
export const identificationPages = {
  /** The switch of the site, halted zones, jobs. */
  identification: page('/controllers/identification', { ...ofZone, GET: 'controllers:read' }),
  /** POST `action` on or off; the first answer is the confirm page. */
  identificationSwitch: page('/controllers/identification/switch', { bound: 'site', POST: 'controllers:write' }),
  /** POST `zone`, `reason`: a halted zone may be asked again. */
  identificationZones: page('/controllers/identification/zones', { bound: 'site', POST: 'controllers:write' }),
  /** What may be asked of one controller; POST sets its own word. */
  identificationPolicy: page('/controllers/identification/policy/:controller', {
    ...ofZone,
    GET: 'controllers:read',
    POST: 'controllers:write',
  }),
  /** The dry run and the log of a job; POST: `action` approve, start or stop. */
  identificationJob: page('/controllers/identification/:id', {
    ...ofZone,
    GET: 'controllers:read',
    decides: true,
    POST: 'controllers:write',
  }),
  /** Server-sent events. */
  identificationStream: page('/controllers/identification/:id/stream', { ...ofZone, GET: 'controllers:read' }),
  /** Packets that left; of the newest run unless `run` says another. */
  identificationCsv: page('/controllers/identification/:id/packets.csv', { ...ofZone, GET: 'controllers:read' }),
  identificationNotice: page('/controllers/identification/:id/notice', { ...ofZone, GET: 'controllers:read' }),
  identificationNoticeFile: page('/controllers/identification/:id/notice.txt', { ...ofZone, GET: 'controllers:read' }),
} as const;
