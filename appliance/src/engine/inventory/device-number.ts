import { AppError } from '../../platform/errors.ts';

/** The number of a device by its public id; undefined for one that is gone. */
export const deviceNumberOf =
  (devices: { byPublicId(publicId: string): { id: number } }) =>
  (publicId: string): number | undefined => {
    try {
      return devices.byPublicId(publicId).id;
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  };
