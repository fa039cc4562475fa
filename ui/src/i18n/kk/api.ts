import type { api as en } from '../en/api.ts';
import type { Kazakh } from '../types.ts';

export const api = {
  'api.body': 'Денесі',
  'api.description': 'Сипаттама',
  'api.download': 'Сипаттаманы жүктеу (OpenAPI 3.1)',
  'api.how':
    'Бағдарлама токенін Authorization: Bearer тақырыбында жібереді. Токенді Баптаулар, Токендер бөлімінде жасаңыз.',
  'api.in': 'Орны',
  'api.parameter': 'Параметр',
  'api.parameters': 'Параметрлер',
  'api.required': 'міндетті',
  'api.schema': 'Схема',
  'api.schemas': 'Схемалар',
  'api.sub': 'Нұсқасы {version}, {n} әрекет',
  'api.title': 'API',
  'api.type': 'Түрі',
} as const satisfies Kazakh<typeof en>;
