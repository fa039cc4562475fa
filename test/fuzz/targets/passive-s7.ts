import { s7 } from '@sallyport/appliance/features/controller-imports/passive/s7';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(s7, ['s7', 's7-plus']);
