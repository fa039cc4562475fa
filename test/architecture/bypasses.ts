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
  'agent-api/glpi/task-rules.ts': {
    target: '',
    by: ['objects/kinds/file-search.ts'],
  },
  'agent-api/native/body.ts': {
    target: '',
    by: ['stick/decode.ts'],
  },
  'agent-api/native/policy.ts': {
    target: '',
    by: ['objects/kinds/executable-collection.ts'],
  },
  'agent-api/native/types.ts': {
    target: '',
    by: ['device-tasks/service.ts', 'plcs/identify/agent-queue.ts'],
  },
  'agent-api/osquery/types.ts': {
    target: '',
    by: ['add-device/kit.ts'],
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
    by: ['api/routes/bundles.ts', 'api/types.ts'],
  },
  'devices/address-ranges.ts': {
    target: '',
    by: ['objects/kinds/token.ts'],
  },
  'devices/basic.ts': {
    target: '',
    by: ['add-device/kit.ts', 'add-device/token.ts', 'agent-api/glpi/admit.ts', 'agent-api/glpi/oauth.ts'],
  },
  'devices/identity.ts': {
    target: '',
    by: [
      'agent-api/glpi/decode.ts',
      'agent-api/glpi/map-network.ts',
      'agent-api/glpi/map-platform.ts',
      'agent-api/glpi/ocs-network.ts',
      'agent-api/osquery/machine-items.ts',
      'discovery/neighbours.ts',
    ],
  },
  'devices/list-filter.ts': {
    target: '',
    by: ['api/routes/devices.ts', 'console/pages/devices.tsx'],
  },
  'devices/list-queries.ts': {
    target: '',
    by: [
      'api/routes/devices.ts',
      'api/types.ts',
      'console/device-model.ts',
      'console/pages/devices.tsx',
      'console/types.ts',
    ],
  },
  'devices/queries.ts': {
    target: '',
    by: ['api/types.ts', 'console/device-model.ts', 'console/device-status.ts', 'console/types.ts'],
  },
  'devices/rate-limit.ts': {
    target: '',
    by: ['agent-api/native/routes.ts', 'agent-api/osquery/routes.ts', 'queries/samples.ts', 'queries/service.ts'],
  },
  'devices/tokens.ts': {
    target: '',
    by: [
      'accounts/managed-objects.ts',
      'add-device/kit.ts',
      'add-device/token.ts',
      'agent-api/glpi/admit.ts',
      'agent-api/glpi/call.ts',
      'console/pages/add-device.tsx',
    ],
  },
  'discovery/address-range.ts': {
    target: '',
    by: ['agent-api/glpi/network.ts'],
  },
  'discovery/directories.ts': {
    target: '',
    by: ['console/pages/discovery.tsx'],
  },
  'discovery/neighbours.ts': {
    target: '',
    by: ['agent-api/osquery/neighbours.ts'],
  },
  'discovery/port-neighbours.ts': {
    target: '',
    by: ['agent-api/glpi/decode.ts'],
  },
  'discovery/scan.ts': {
    target: '',
    by: ['console/pages/discovery.tsx'],
  },
  'discovery/source-rules.ts': {
    target: '',
    by: ['objects/kinds/address-range.ts', 'objects/kinds/directory-source.ts'],
  },
  'exchange/importer-parts.ts': {
    target: '',
    by: ['media/antivirus.ts'],
  },
  'exchange/keys.ts': {
    target: '',
    by: ['plcs/patches/evidence-sources.ts'],
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
  'inventory/packed-ids.ts': {
    target: '',
    by: ['baselines/expected.ts', 'baselines/service.ts', 'rules/queries.ts'],
  },
  'inventory/report-types.ts': {
    target: '',
    by: [
      'agent-api/glpi/collect.ts',
      'agent-api/glpi/decode-files.ts',
      'agent-api/glpi/decode.ts',
      'agent-api/glpi/found-device.ts',
      'agent-api/glpi/inventory.ts',
      'agent-api/glpi/types.ts',
      'agent-api/native/known-section.ts',
      'agent-api/native/routes.ts',
      'agent-api/native/types.ts',
      'agent-api/osquery/decode.ts',
      'agent-api/osquery/types.ts',
      'stick/decode.ts',
      'stick/service.ts',
    ],
  },
  'inventory/section-hash.ts': {
    target: '',
    by: ['discovery/directories.ts', 'discovery/recorder.ts', 'stick/decode.ts', 'stick/service.ts'],
  },
  'objects/writer.ts': {
    target: '',
    by: ['accounts/safety-settings.ts', 'plcs/service.ts', 'plcs/trials.ts'],
  },
  'plcs/capture/read-capture.ts': {
    target: '',
    by: ['plcs/imports/capture/read-capture-file.ts'],
  },
  'plcs/capture/types.ts': {
    target: '',
    by: [
      'plcs/imports/capture/control.ts',
      'plcs/imports/capture/devices.ts',
      'plcs/imports/capture/fields.ts',
      'plcs/imports/capture/read-capture-file.ts',
    ],
  },
  'plcs/controller-facts.ts': {
    target: '',
    by: [
      'plcs/hardening/service.ts',
      'plcs/hardening/types.ts',
      'plcs/health/service.ts',
      'plcs/integrity/compare.ts',
      'plcs/integrity/content.ts',
      'plcs/integrity/service.ts',
      'plcs/integrity/types.ts',
    ],
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
  'plcs/drift.ts': {
    target: '',
    by: ['plcs/hardening/rules/firmware-drift.ts'],
  },
  'plcs/facts-view.ts': {
    target: '',
    by: ['console/controller-view.ts'],
  },
  'plcs/fields.ts': {
    target: '',
    by: ['console/controller-view.ts'],
  },
  'plcs/filter-queries.ts': {
    target: '',
    by: ['console/pages/controllers.tsx'],
  },
  'plcs/findings/firmware-checklist.ts': {
    target: '',
    by: ['api/routes/controller-firmware.ts', 'console/pages/controller-firmware.tsx'],
  },
  'plcs/findings/firmware.ts': {
    target: '',
    by: [
      'api/routes/controller-firmware.ts',
      'api/types.ts',
      'console/pages/controller-firmware.tsx',
      'console/types.ts',
      'exchange/service.ts',
    ],
  },
  'plcs/findings/group-queries.ts': {
    target: '',
    by: ['console/pages/controller-findings.tsx'],
  },
  'plcs/findings/justifications.ts': {
    target: '',
    by: ['api/routes/controller-findings.ts', 'console/pages/controller-findings.tsx', 'objects/kinds/plc-review.ts'],
  },
  'plcs/findings/review-queries.ts': {
    target: '',
    by: ['console/pages/controller-review.tsx'],
  },
  'plcs/findings/urgency-queries.ts': {
    target: '',
    by: ['api/routes/patch-schemas.ts', 'plcs/patches/process.ts', 'plcs/patches/service.ts', 'plcs/patches/types.ts'],
  },
  'plcs/findings/why.ts': {
    target: '',
    by: ['console/pages/controller-findings.tsx'],
  },
  'plcs/identify/job-rules.ts': {
    target: '',
    by: ['objects/kinds/plc-credential.ts', 'objects/kinds/plc-identification.ts', 'objects/kinds/plc-query-policy.ts'],
  },
  'plcs/identify/plan.ts': {
    target: '',
    by: ['api/routes/identification.ts', 'console/pages/identification.tsx'],
  },
  'plcs/identify/policy.ts': {
    target: '',
    by: ['api/routes/identification.ts', 'console/identification-view.ts'],
  },
  'plcs/imports/csv/bytes.ts': {
    target: '',
    by: ['console/controller-import-view.ts', 'console/pages/controller-imports.tsx', 'plcs/patches/approval-rows.ts'],
  },
  'plcs/imports/csv/columns.ts': {
    target: '',
    by: ['console/controller-import-view.ts'],
  },
  'plcs/imports/csv/parse.ts': {
    target: '',
    by: ['console/pages/controller-imports.tsx', 'plcs/patches/approval-rows.ts'],
  },
  'plcs/imports/csv/read-csv.ts': {
    target: '',
    by: ['console/controller-import-view.ts', 'console/pages/controller-imports.tsx'],
  },
  'plcs/imports/csv/rows.ts': {
    target: '',
    by: ['console/pages/controller-imports.tsx'],
  },
  'plcs/imports/drafts.ts': {
    target: '',
    by: ['api/routes/controller-imports.ts', 'api/types.ts', 'console/controller-import-view.ts', 'console/types.ts'],
  },
  'plcs/imports/mapping.ts': {
    target: '',
    by: [
      'console/controller-import-view.ts',
      'console/pages/controller-imports.tsx',
      'objects/kinds/plc-csv-mapping.ts',
    ],
  },
  'plcs/imports/outcome.ts': {
    target: '',
    by: ['api/routes/controller-imports.ts', 'console/controller-import-view.ts'],
  },
  'plcs/integrity/approvals.ts': {
    target: '',
    by: ['console/program-view.ts'],
  },
  'plcs/integrity/content.ts': {
    target: '',
    by: ['console/program-view.ts', 'plcs/controller-source.ts'],
  },
  'plcs/list-queries.ts': {
    target: '',
    by: ['api/routes/controllers.ts', 'console/pages/controllers.tsx', 'console/types.ts'],
  },
  'plcs/missing.ts': {
    target: '',
    by: ['api/routes/controllers.ts', 'console/controller-model.ts', 'console/pages/controller.tsx'],
  },
  'plcs/parts.ts': {
    target: '',
    by: ['api/routes/controllers.ts', 'console/controller-model.ts', 'console/pages/controller.tsx'],
  },
  'plcs/patches/acceptances.ts': {
    target: '',
    by: ['objects/kinds/mitigation.ts', 'objects/kinds/risk-acceptance.ts'],
  },
  'plcs/patches/approval-presets.ts': {
    target: '',
    by: ['api/routes/patch-evidence.ts', 'console/pages/approvals.tsx'],
  },
  'plcs/patches/approval-rows.ts': {
    target: '',
    by: ['api/routes/patch-evidence.ts', 'console/pages/approvals.tsx'],
  },
  'plcs/patches/approvals.ts': {
    target: '',
    by: ['api/routes/patch-evidence.ts', 'console/pages/approvals.tsx'],
  },
  'plcs/patches/checklist.ts': {
    target: '',
    by: ['api/routes/patch-moves.ts', 'console/pages/patches.tsx'],
  },
  'plcs/patches/civil-time.ts': {
    target: '',
    by: ['console/site-moment.ts', 'plcs/identify/repeat.ts', 'plcs/identify/service.ts'],
  },
  'plcs/patches/clocks.ts': {
    target: '',
    by: ['api/routes/patch-moves.ts', 'api/routes/patch-schemas.ts', 'console/pages/patches.tsx'],
  },
  'plcs/patches/evidence.ts': {
    target: '',
    by: ['api/routes/patch-schemas.ts', 'console/pages/patches.tsx'],
  },
  'plcs/patches/people.ts': {
    target: '',
    by: ['objects/kinds/patch-duty.ts'],
  },
  'plcs/patches/states.ts': {
    target: '',
    by: ['api/routes/patch-schemas.ts', 'api/routes/patches.ts', 'console/pages/patches.tsx', 'console/patch-view.ts'],
  },
  'plcs/patches/window-objects.ts': {
    target: '',
    by: ['objects/kinds/maintenance-window.ts'],
  },
  'plcs/patches/windows.ts': {
    target: '',
    by: ['console/pages/windows.tsx'],
  },
  'plcs/rank.ts': {
    target: '',
    by: ['console/controller-view.ts'],
  },
  'plcs/zones/rules.ts': {
    target: '',
    by: ['objects/kinds/plc-conduit.ts', 'objects/kinds/plc-zone.ts'],
  },
  'queries/samples.ts': {
    target: '',
    by: ['agent-api/osquery/types.ts', 'api/routes/queries.ts', 'api/types.ts', 'console/types.ts'],
  },
  'queries/shown-state.ts': {
    target: '',
    by: ['api/routes/queries.ts', 'console/pages/queries.tsx'],
  },
  'queries/sql-guard.ts': {
    target: '',
    by: ['api/routes/queries.ts', 'console/pages/queries.tsx'],
  },
  'vulnerabilities/coord-set.ts': {
    target: '',
    by: ['updates/need-store.ts'],
  },
  'vulnerabilities/csaf-queries.ts': {
    target: '',
    by: [
      'plcs/findings/document-store.ts',
      'plcs/findings/evaluate.ts',
      'plcs/findings/matching.ts',
      'plcs/findings/service.ts',
      'plcs/findings/why.ts',
    ],
  },
  'vulnerabilities/fix-queries.ts': {
    target: '',
    by: ['updates/needs.ts', 'updates/overview.ts'],
  },
  'vulnerabilities/place-set.ts': {
    target: '',
    by: ['updates/need-store.ts'],
  },
  'vulnerabilities/threat-queries.ts': {
    target: '',
    by: [
      'plcs/findings/matching.ts',
      'plcs/findings/service.ts',
      'plcs/findings/threat-store.ts',
      'plcs/findings/why.ts',
    ],
  },
};
