/// When something happened: not before `earliest`, not after `latest`.
///
/// Nanoseconds on the clock of one capture, counted from the capture's own origin. A serial adapter delivers
/// bytes in packets, so the truth is an interval; everything derived from it says how sure it is.
public struct TimeBounds: Hashable, Sendable {
  /// Nanoseconds; the event did not happen before.
  public var earliest: Int64
  /// Nanoseconds; the event did not happen after.
  public var latest: Int64

  @inlinable
  public init(earliest: Int64, latest: Int64) {
    self.earliest = earliest
    self.latest = latest
  }

  /// A time known within `error` nanoseconds to either side.
  @inlinable
  public init(_ time: Int64, error: Int64 = 0) {
    self.init(earliest: time - error, latest: time + error)
  }

  /// The best single guess, in nanoseconds.
  @inlinable public var middle: Int64 { earliest + (latest - earliest) / 2 }

  /// Half the width: the most that `middle` can be off, in nanoseconds.
  @inlinable public var error: Int64 { (latest - earliest + 1) / 2 }

  /// The same interval, later by `nanoseconds`.
  @inlinable
  public func shifted(by nanoseconds: Int64) -> TimeBounds {
    TimeBounds(earliest: earliest + nanoseconds, latest: latest + nanoseconds)
  }
}
