// Imports between features that still go past service.ts and types.ts, by what they reach. It only gets shorter: a new one
// fails, and so does one that is listed and gone.

export type Bypass = {
  /** What becomes of it. */
  target: string;
  by: readonly string[];
};

export const bypasses: Readonly<Record<string, Bypass>> = {
  'accounts/fresh.ts': {
    target: '',
    by: ['console/pages/me.tsx'],
  },
  'accounts/managed-objects.ts': {
    target: '',
    by: ['api/routes/objects.ts', 'console/app.tsx', 'console/object-people.ts', 'console/pages/objects.tsx'],
  },
  'accounts/refusals.ts': {
    target: '',
    by: ['api/app.ts', 'console/page.tsx'],
  },
  'accounts/sessions.ts': {
    target: '',
    by: ['api/routes/sessions.ts', 'console/pages/me.tsx', 'console/pages/sessions.tsx'],
  },
  'add-device/kit.ts': {
    target: '',
    by: ['console/pages/add-device.tsx'],
  },
  'add-device/token.ts': {
    target: '',
    by: ['console/pages/add-device.tsx'],
  },
  'agent-api/glpi/decode.ts': {
    target: '',
    by: ['stick/decode.ts'],
  },
  'agent-api/glpi/device-message.ts': {
    target: '',
    by: ['stick/decode.ts'],
  },
  'agent-api/glpi/fields.ts': {
    target: '',
    by: ['stick/decode.ts'],
  },
  'agent-api/glpi/found-device.ts': {
    target: '',
    by: ['stick/service.ts'],
  },
  'agent-api/glpi/message.ts': {
    target: '',
    by: ['stick/decode.ts'],
  },
  'agent-api/native/body.ts': {
    target: '',
    by: ['stick/decode.ts'],
  },
  'baselines/chain.ts': {
    target: '',
    by: ['console/pages/baselines.tsx', 'console/pages/device.tsx'],
  },
  'console/baseline-view.ts': {
    target: '',
    by: ['api/routes/baselines.ts'],
  },
  'console/csv.ts': {
    target: '',
    by: ['api/routes/inventory.ts'],
  },
  'console/device-model.ts': {
    target: '',
    by: ['api/routes/baselines.ts', 'api/routes/device-records.ts', 'api/routes/devices.ts'],
  },
  'console/device-status.ts': {
    target: '',
    by: ['api/routes/devices.ts'],
  },
  'console/guard.ts': {
    target: '',
    by: ['api/app.ts'],
  },
  'console/import-drafts.ts': {
    target: '',
    by: ['api/types.ts'],
  },
  'console/store.ts': {
    target: '',
    by: ['api/routes/bundles.ts'],
  },
  'devices/list-queries.ts': {
    target: '',
    by: ['api/types.ts', 'console/types.ts'],
  },
  'devices/queries.ts': {
    target: '',
    by: ['api/types.ts', 'console/types.ts'],
  },
  'discovery/address-range.ts': {
    target: '',
    by: ['agent-api/glpi/network.ts'],
  },
  'discovery/neighbours.ts': {
    target: '',
    by: ['agent-api/osquery/neighbours.ts'],
  },
  'discovery/port-neighbours.ts': {
    target: '',
    by: ['agent-api/glpi/decode.ts'],
  },
  'exchange/request-groups.ts': {
    target: '',
    by: ['console/pages/exchange.tsx'],
  },
  'inventory/app-categories.ts': {
    target: '',
    by: ['api/routes/inventory.ts', 'console/collection-extras.ts'],
  },
  'inventory/device-number.ts': {
    target: '',
    by: ['api/routes/inventory.ts', 'console/collection-extras.ts'],
  },
  'inventory/hardware-records.ts': {
    target: '',
    by: ['console/collection-extras.ts'],
  },
  'plcs/custom.ts': {
    target: '',
    by: [
      'api/routes/controllers.ts',
      'console/controller-model.ts',
      'console/pages/controller.tsx',
      'console/pages/controllers.tsx',
    ],
  },
  'plcs/imports/mapping.ts': {
    target: '',
    by: ['console/controller-import-view.ts', 'console/pages/controller-imports.tsx'],
  },
  'plcs/integrity/approvals.ts': {
    target: '',
    by: ['console/program-view.ts'],
  },
  'plcs/list-queries.ts': {
    target: '',
    by: ['api/routes/controllers.ts'],
  },
  'plcs/missing.ts': {
    target: '',
    by: ['api/routes/controllers.ts', 'console/controller-model.ts', 'console/pages/controller.tsx'],
  },
  'plcs/rank.ts': {
    target: '',
    by: ['console/controller-view.ts'],
  },
};
