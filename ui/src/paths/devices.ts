import { ofDevice, page } from './page.ts';

/** Devices: the list, one device, records that may be one. */
export const devicesPages = {
  devices: page('/devices', { ...ofDevice, GET: 'devices:read' }),
  devicesCsv: page('/devices.csv', { ...ofDevice, GET: 'devices:read' }),
  /** POST: `action`, `id` repeated or `all` with the list's query; answers with the confirm page. */
  devicesBulk: page('/devices/bulk', { ...ofDevice, POST: 'devices:write' }),
  /** The tree. */
  groups: page('/groups', { bound: 'group', scoped: true, GET: 'devices:read' }),
  deviceAdd: page('/devices/add', { bound: 'site', GET: 'accounts:write', POST: 'accounts:write' }),
  /** Orders to move agents to another address; POST `server`, `group`, `reason`, `although`. */
  agentMoves: page('/agent-moves', { bound: 'site', GET: 'devices:read', POST: 'devices:write' }),
  /** POST `action`: `agree` as the second person, or `refuse`. */
  agentMoveDecide: page('/agent-moves/:order', { bound: 'site', decides: true, POST: 'devices:write' }),
  /** POST `action`: `look` shows the key of the computer at `address`, `start` logs in and installs. */
  agentPush: page('/agent-push', { bound: 'site', GET: 'accounts:write', POST: 'accounts:write' }),
  agentPackage: page('/agent-packages/:name', { bound: 'site', GET: 'devices:read' }),
  /** POST; answers with a file. */
  deviceAddFile: page('/devices/add/file', { bound: 'site', POST: 'accounts:write' }),
  /** Who came with a token; the page looks again by itself. */
  deviceArrivals: page('/device-arrivals/:token', { bound: 'site', GET: 'devices:read' }),
  /** Held copies, pairs that may be one device, merges that can be undone. */
  deviceDuplicates: page('/device-duplicates', { ...ofDevice, GET: 'devices:read' }),
  /** Two records side by side (`one`, `two`, `keep`); POST merges. */
  deviceCompare: page('/device-duplicates/compare', { ...ofDevice, GET: 'devices:write', POST: 'devices:write' }),
  /** POST: `one` and `two` are two devices. */
  deviceDistinct: page('/device-duplicates/distinct', { ...ofDevice, POST: 'devices:write' }),
  /** POST: `merge` */
  deviceUnmerge: page('/device-duplicates/undo', { ...ofDevice, POST: 'devices:write' }),
  /** GET form, POST multipart: an inventory file or a zip; answers with what it would do. */
  offlineImport: page('/devices/import', { bound: 'site', GET: 'devices:write', POST: 'devices:write', upload: true }),
  /** POST `draft`, `approve` */
  offlineImportApply: page('/devices/import/apply', { bound: 'site', POST: 'devices:write' }),
  device: page('/devices/:id', { ...ofDevice, GET: 'devices:read' }),
  /** A tab: a collection, or findings, updates, changes, events. */
  deviceTab: page('/devices/:id/:tab', { ...ofDevice, GET: 'devices:read' }),
  /** Tab; POST: asks something of the device; decide: POST `decision`, `confirm` or `cancel`. */
  deviceTasks: page('/devices/:id/tasks', { ...ofDevice, GET: 'devices:read', POST: 'devices:write' }),
  deviceTaskDecide: page('/devices/:id/tasks/:task', { ...ofDevice, decides: true, POST: 'devices:write' }),
  /** POST */
  deviceApprove: page('/devices/:id/approve', { ...ofDevice, POST: 'devices:write' }),
  /** POST */
  deviceRevoke: page('/devices/:id/revoke', { ...ofDevice, POST: 'devices:write' }),
  /** POST: removes the record of a device that may not come in. */
  deviceForget: page('/devices/:id/forget', { ...ofDevice, POST: 'devices:write' }),
  /** POST `add` or `remove`: a tag by hand. */
  deviceTags: page('/devices/:id/tags', { ...ofDevice, POST: 'devices:write' }),
  /** POST `id`: takes back a bulk action on tags. */
  devicesTagUndo: page('/devices/tag-undo', { ...ofDevice, POST: 'devices:write' }),
  /** Form of the display name, description and group. */
  deviceEdit: page('/devices/:id/edit', { ...ofDevice, GET: 'devices:write', POST: 'devices:write' }),
  /** POST: shows personal rows once and records it. */
  devicePersonal: page('/devices/:id/:collection/personal', { ...ofDevice, POST: 'devices:read' }),
} as const;
