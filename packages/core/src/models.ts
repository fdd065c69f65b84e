/** For authors of models: what sequelize and sequelize-typescript give, from the copies that core itself uses. */
import 'reflect-metadata'
import type { ModelAttributeColumnOptions } from 'sequelize'
import { DataType, type Model } from 'sequelize-typescript'
import { DatabaseError } from './errors.js'

export {
  type Attributes,
  type CreationAttributes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  Op,
} from 'sequelize'
export {
  AllowNull,
  AutoIncrement,
  BelongsTo,
  BelongsToMany,
  Column,
  CreatedAt,
  DataType,
  Default,
  ForeignKey,
  HasMany,
  HasOne,
  Index,
  Model,
  PrimaryKey,
  Scopes,
  Table,
  Unique,
  UpdatedAt,
} from 'sequelize-typescript'

/**
 * The number that a BIGINT column holds. The driver gives text, since a bigint may pass 2^53; Telegram's ids do not
 * (Bot API: at most 52 significant bits).
 *
 * @throws DatabaseError DB_UNSAFE_INTEGER: the number cannot be held exactly.
 */
export function toSafeInteger(value: string | number): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) && /^-?\d+$/.test(String(value))) return number
  throw new DatabaseError(
    'DB_UNSAFE_INTEGER',
    `The database gave ${value}, which is no integer that a number can hold exactly.`,
  )
}

/**
 * Options of a BIGINT column whose attribute reads as a number.
 *
 * @example
 * ```ts
 * @Column(bigint('telegramId', { allowNull: false, unique: true }))
 * declare telegramId: number
 * ```
 * @param attribute the name of the attribute that it decorates
 */
export function bigint(
  attribute: string,
  options: Partial<ModelAttributeColumnOptions> = {},
): Partial<ModelAttributeColumnOptions> {
  return {
    ...options,
    type: DataType.BIGINT,
    get(this: Model) {
      const value: string | number | null | undefined = this.getDataValue(attribute)
      return value === null || value === undefined ? value : toSafeInteger(value)
    },
  }
}
