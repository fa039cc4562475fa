import type { Collection } from '../../inventory/types.ts';
import type { Vocabulary } from '../condition/types.ts';
import { addressFields } from './address.ts';
import { deviationFields } from './deviations.ts';
import { deviceFields } from './device.ts';
import { doorFields } from './doors.ts';
import { findingFields } from './findings.ts';
import { groupFields } from './group.ts';
import { inventoryFields, rowsOf } from './inventory.ts';
import { orderFields } from './orders.ts';
import { seenFields } from './seen.ts';
import { tagFields } from './tags.ts';

/** Everything that conditions can ask for; the order is the one of the form. */
export const vocabularyOf = (collections: readonly Collection[]): Vocabulary => ({
  fields: new Map(
    [
      ...deviceFields,
      ...addressFields,
      ...groupFields,
      ...tagFields,
      ...doorFields,
      ...seenFields,
      ...findingFields,
      ...deviationFields,
      ...orderFields,
      ...inventoryFields,
    ].map((field) => [field.name, field]),
  ),
  rows: new Map(
    collections
      .map(rowsOf)
      .filter(({ fields }) => fields.size > 0)
      .map((rows) => [rows.name, rows]),
  ),
});
