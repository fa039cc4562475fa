import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { recordsWith } from '../features/controllers/custom.ts';
import { controllerList } from '../features/controllers/list-queries.ts';
import { customOf, missingOf, shown } from '../features/controllers/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const decisions = ['authorised', 'unauthorised', 'archived'] as const;

export const command: Command = {
  summary: 'the controllers that a filter finds, by name',
  options: {
    search: { type: 'string', value: 'TEXT', help: 'part of a name, address, order number or serial number' },
    vendor: { type: 'string', value: 'NAME', help: 'of one vendor', multiple: true },
    zone: { type: 'string', value: 'ID', help: 'in one zone', multiple: true },
    decision: { type: 'string', value: 'WORD', help: decisions.join(', '), multiple: true },
    drift: { type: 'boolean', help: 'only those that differ from their project' },
    custom: { type: 'string', value: 'NAME: VALUE', help: 'with this value of a field of the site', multiple: true },
    'missing-firmware': { type: 'boolean', help: 'only those whose firmware is not known' },
  },
  example: 'sallyport controller list --search 6ES7515 --drift --data /var/lib/sallyport',
  run: async ({ open, out, text, texts, flag }) => {
    const wrong = texts('decision').find((word) => !decisions.some((known) => known === word));
    if (wrong !== undefined) throw new AppError('USAGE', `--decision is ${decisions.join(', ')}`);
    const { db, controllers, objects } = await open();
    const wanted = customOf({ custom: texts('custom') });
    const ids = controllerList(db).all({
      filter: {
        search: text('search') ?? '',
        vendor: texts('vendor'),
        zone: texts('zone'),
        decision: decisions.filter((word) => texts('decision').includes(word)),
        ...(wanted.size === 0 ? {} : { publicIds: recordsWith(objects, wanted) }),
        ...(flag('drift') ? { drift: true } : {}),
        ...(flag('missing-firmware') ? { missingFirmware: true } : {}),
      },
      sort: 'name',
      descending: false,
    });
    const rows = ids.flatMap((id) => {
      const controller = controllers.byId(id);
      if (controller === undefined) return [];
      const [own] = controllers.parts(id);
      const lacks = missingOf(own, controllers.facts(id)).find(({ field }) => field === 'firmware');
      const value = (field: string): string | null => shown(own, field) ?? null;
      return [
        {
          id: controller.publicId,
          name: controllers.label(id),
          decision: controller.decision,
          vendor: value('vendor'),
          model: value('model'),
          orderNumber: value('orderNumber'),
          firmwareObserved: own?.observed['firmware'] ?? null,
          firmwareConfigured: own?.configured['firmware'] ?? null,
          firmwareLacks:
            lacks === undefined
              ? null
              : lacks.refused === undefined
                ? 'nobody has said it'
                : `refused over ${lacks.refused.source}: ${lacks.refused.reason}`,
          custom: Object.fromEntries(customOf(controllers.entered(controller.publicId).body)),
          address: value('address'),
          zone: value('zone'),
          drift: controllers.drift(id).length,
          lastSeenAt: controller.lastSeenAt === null ? null : toTime(controller.lastSeenAt),
        },
      ];
    });
    out.table(
      ['ID', 'NAME', 'DECISION', 'MODEL', 'ORDER NUMBER', 'FIRMWARE', 'PLANNED', 'ADDRESS', 'DIFFERS'],
      rows.map((row) => [
        row.id,
        row.name,
        row.decision,
        row.model,
        row.orderNumber,
        row.firmwareObserved ?? (row.firmwareConfigured === null ? row.firmwareLacks : null),
        row.firmwareConfigured,
        row.address,
        row.drift,
      ]),
    );
    for (const name of controllers.underWay())
      out.note(`${name} is being imported or taken back: what is listed may be half of it`);
    out.result(rows);
    return 0;
  },
};
