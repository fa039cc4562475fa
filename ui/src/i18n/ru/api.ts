import type { api as en } from '../en/api.ts';
import type { Russian } from '../types.ts';

export const api = {
  'api.body': 'Тело',
  'api.description': 'Описание',
  'api.download': 'Скачать описание (OpenAPI 3.1)',
  'api.how': 'Программа передаёт токен в заголовке Authorization: Bearer. Токен создаётся в разделе Настройки, Токены.',
  'api.in': 'Где',
  'api.parameter': 'Параметр',
  'api.parameters': 'Параметры',
  'api.required': 'обязательно',
  'api.schema': 'Схема',
  'api.schemas': 'Схемы',
  'api.sub': {
    one: 'Версия {version}, {n} операция',
    few: 'Версия {version}, {n} операции',
    many: 'Версия {version}, {n} операций',
    other: 'Версия {version}, {n} операции',
  },
  'api.title': 'API',
  'api.type': 'Тип',
} as const satisfies Russian<typeof en>;
