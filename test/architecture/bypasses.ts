// Imports between features that still go past service.ts and types.ts, by what they reach. It only gets shorter: a new one
// fails, and so does one that is listed and gone.

export type Bypass = {
  /** What becomes of it. */
  target: string;
  by: readonly string[];
};

export const bypasses: Readonly<Record<string, Bypass>> = {
  'agent-api/glpi/decode.ts': {
    target: 'what decodes reports of agents that are not ours becomes a feature under both doors',
    by: ['stick/decode.ts'],
  },
  'agent-api/glpi/device-message.ts': {
    target: 'as glpi/decode.ts',
    by: ['stick/decode.ts'],
  },
  'agent-api/glpi/fields.ts': {
    target: 'as glpi/decode.ts',
    by: ['stick/decode.ts'],
  },
  'agent-api/glpi/found-device.ts': {
    target: 'as glpi/decode.ts',
    by: ['stick/service.ts'],
  },
  'agent-api/glpi/message.ts': {
    target: 'as glpi/decode.ts',
    by: ['stick/decode.ts'],
  },
  'console/baseline-view.ts': {
    target: 'the route and the page become the feature’s, with one view',
    by: ['api/routes/baselines.ts'],
  },
  'console/device-model.ts': {
    target: 'the rows of a list of devices become a type of the feature, without the views’ types',
    by: ['api/routes/baselines.ts', 'api/routes/device-records.ts', 'api/routes/devices.ts'],
  },
  'console/device-status.ts': {
    target: 'as console/device-model.ts',
    by: ['api/routes/devices.ts'],
  },
  'controllers/rank.ts': {
    target: 'the facts of the service come in their order, each with the rule by which it lost',
    by: ['console/controller-view.ts'],
  },
};
