import { iec104 } from '@sallyport/appliance/features/controller-imports/passive/iec104';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(iec104, ['iec104']);
