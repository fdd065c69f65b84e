/** The model of what a person thinks of the bot. */
import { Column, DataType, Model, Table } from '@hello/core/models'

/** A row of `ratings`. A person has at most one. */
@Table({ tableName: 'ratings', timestamps: false })
export class Rating extends Model {
  @Column({ type: DataType.INTEGER, primaryKey: true })
  declare userId: number

  /** 1–3. */
  @Column({ type: DataType.INTEGER, allowNull: false })
  declare stars: number
}
