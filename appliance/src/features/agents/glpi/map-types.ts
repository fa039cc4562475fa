import type { Item } from '../../../engine/inventory/types.ts';
import type { Message, Row } from './message.ts';
import type { System } from './system.ts';

/** What a mapping may look at. */
export type MapContext = {
  message: Message;
  isOcs: boolean;
  system: System;
  /** Minutes east of Greenwich of the device's clock. */
  offsetMinutes: number;
  rows(section: string): readonly Row[];
};

/** How sections become items of a collection. */
export type SectionMapping = {
  /** Where the items come from; a partial report must hold the first of them. */
  sections: readonly [string, ...string[]];
  collection: string;
  items(rows: readonly Row[], context: MapContext): Item[];
  /** Which items of the collection come from these sections, where others come from elsewhere; all by default. */
  owns?(item: Item): boolean;
  /** Of a collection with one item: the fields that come from these sections. */
  fields?: readonly string[];
  /** What a partial report leaves open and the items as they are held tell. */
  complete?(items: readonly Item[], held: readonly Item[], context: MapContext): Item[];
};
