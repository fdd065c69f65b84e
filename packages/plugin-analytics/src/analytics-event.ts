/** The model of something that happened. */
import { bigint, Column, DataType, Model, Table } from '@hello/core/models'

/** A row of `analytics_events`. */
@Table({ tableName: 'analytics_events', timestamps: false })
export class AnalyticsEvent extends Model {
  /** Order of writing. */
  @Column(bigint('id', { primaryKey: true, autoIncrement: true }))
  declare id: number

  /** What happened, such as `greeted`: 1–50 characters. */
  @Column({ type: DataType.STRING(50), allowNull: false })
  declare type: string

  /** Who did it: `users.id`. Null for what nobody did. */
  @Column(DataType.INTEGER)
  declare userId: number | null

  /** Plain JSON. */
  @Column({ type: DataType.JSONB, allowNull: false })
  declare data: Record<string, unknown>

  /** When it was written, by the database's clock. */
  @Column({ type: DataType.DATE, allowNull: false })
  declare occurredAt: Date

  /** How long it took to answer, in milliseconds. Null for what was not measured. */
  @Column(DataType.REAL)
  declare durationMs: number | null

  /** Whether the person did it themselves, and so counts as active. */
  @Column({ type: DataType.BOOLEAN, allowNull: false })
  declare isActivity: boolean
}
