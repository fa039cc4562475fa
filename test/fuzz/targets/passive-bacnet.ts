import { bacnet } from '@sallyport/appliance/features/controller-imports/passive/bacnet';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(bacnet, ['bacnet-router', 'bacnet-answers']);
