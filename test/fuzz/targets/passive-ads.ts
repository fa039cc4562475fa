import { ads } from '@sallyport/appliance/features/controller-imports/passive/ads';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(ads, ['ads']);
