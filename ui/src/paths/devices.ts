import { withQuery } from '../list.ts';
import { type Query, segment } from './parts.ts';

/** Devices: the list, one device, records that may be one. */
export const devicesPaths = {
  devices: (query: Query = {}) => withQuery('/devices', query),
  devicesCsv: () => '/devices.csv',
  /** POST: `action`, `id` repeated or `all` with the list's query; answers with the confirm page. */
  devicesBulk: () => '/devices/bulk',
  deviceAdd: (query: Query = {}) => withQuery('/devices/add', query),
  /** POST; answers with a file. */
  deviceAddFile: () => '/devices/add/file',
  /** Held copies, pairs that may be one device, merges that can be undone. */
  deviceDuplicates: () => '/device-duplicates',
  /** Two records side by side (`one`, `two`, `keep`); POST merges. */
  deviceCompare: (query: Query = {}) => withQuery('/device-duplicates/compare', query),
  /** POST: `one` and `two` are two devices. */
  deviceDistinct: () => '/device-duplicates/distinct',
  /** POST: `merge` */
  deviceUnmerge: () => '/device-duplicates/undo',
  /** GET form, POST multipart: an inventory file or a zip; answers with what it would do. */
  stick: () => '/devices/import',
  /** POST `draft`, `approve` */
  stickApply: () => '/devices/import/apply',
  device: (id: string) => `/devices/${segment(id)}`,
  /** A tab: a collection, or findings, updates, changes, events. */
  deviceTab: (id: string, tab: string, query: Query = {}) =>
    withQuery(`/devices/${segment(id)}/${segment(tab)}`, query),
  /** Tab; POST: asks something of the device; decide: POST `decision`, `confirm` or `cancel`. */
  deviceTasks: (id: string) => `/devices/${segment(id)}/tasks`,
  deviceTaskDecide: (id: string, task: string) => `/devices/${segment(id)}/tasks/${segment(task)}`,
  /** POST */
  deviceApprove: (id: string) => `/devices/${segment(id)}/approve`,
  /** POST */
  deviceRevoke: (id: string) => `/devices/${segment(id)}/revoke`,
  /** POST: removes the record of a device that may not come in. */
  deviceForget: (id: string) => `/devices/${segment(id)}/forget`,
  /** POST `add` or `remove`: a tag by hand. */
  deviceTags: (id: string) => `/devices/${segment(id)}/tags`,
  /** POST `id`: takes back a bulk action on tags. */
  devicesTagUndo: () => '/devices/tag-undo',
  /** Form of the display name, description and group. */
  deviceEdit: (id: string) => `/devices/${segment(id)}/edit`,
  /** POST: shows personal rows once and records it. */
  devicePersonal: (id: string, collection: string) => `/devices/${segment(id)}/${segment(collection)}/personal`,
} as const;

/** The same as patterns. */
export const devicesPatterns: Readonly<Record<keyof typeof devicesPaths, string>> = {
  devices: '/devices',
  devicesCsv: '/devices.csv',
  devicesBulk: '/devices/bulk',
  deviceAdd: '/devices/add',
  deviceAddFile: '/devices/add/file',
  deviceDuplicates: '/device-duplicates',
  deviceCompare: '/device-duplicates/compare',
  deviceDistinct: '/device-duplicates/distinct',
  deviceUnmerge: '/device-duplicates/undo',
  stick: '/devices/import',
  stickApply: '/devices/import/apply',
  device: '/devices/:id',
  deviceTasks: '/devices/:id/tasks',
  deviceTaskDecide: '/devices/:id/tasks/:task',
  deviceTab: '/devices/:id/:tab',
  deviceApprove: '/devices/:id/approve',
  deviceRevoke: '/devices/:id/revoke',
  deviceForget: '/devices/:id/forget',
  deviceTags: '/devices/:id/tags',
  devicesTagUndo: '/devices/tag-undo',
  deviceEdit: '/devices/:id/edit',
  devicePersonal: '/devices/:id/:collection/personal',
};
