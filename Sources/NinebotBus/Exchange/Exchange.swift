/// A request with its answer, or one of them alone.
public struct Exchange: Hashable, Sendable {
  public enum Outcome: UInt8, Hashable, Sendable, CaseIterable {
    /// Request and answer.
    case answered
    /// Answered after the timeout; the request was reported as unanswered before.
    case late
    /// No answer came in time.
    case unanswered
    /// An answer that no request on this tap explains.
    case unsolicited

    /// The name in JSON.
    @inlinable public var name: StaticString {
      switch self {
      case .answered: "answered"
      case .late: "late"
      case .unanswered: "unanswered"
      case .unsolicited: "unsolicited"
      }
    }
  }

  /// One frame of an exchange.
  public struct Part: Hashable, Sendable {
    /// The caller's own number of the frame.
    public var id: Int64
    /// Start bit of its first byte.
    public var start: TimeBounds
    /// Stop bit of its last byte.
    public var end: TimeBounds

    @inlinable
    public init(id: Int64, start: TimeBounds, end: TimeBounds) {
      self.id = id
      self.start = start
      self.end = end
    }
  }

  public var outcome: Outcome
  /// Who was asked, or who answers.
  public var subject: Role
  /// Who asked, as the request's address claims; who is answered where there is no request.
  public var peer: Role
  /// The request's command, 61 for a rewritten read; the answer's where there is no request.
  public var command: UInt8
  /// Register, page or 0, of the same frame as `command`.
  public var argument: UInt8
  /// What the request waits for, or would have waited for.
  public var expects: FrameReading.Expectation
  /// Bytes that a read asked for; 0 where it did not say.
  public var asked: UInt8
  public var request: Part?
  public var reply: Part?
  /// Frames between request and answer.
  public var between: UInt32
  /// Open requests that the answer fits. More than one: which of them it answers is a guess.
  public var candidates: UInt8
  /// An unsolicited answer whose register was asked for with another length.
  public var isOtherLength: Bool

  /// From the request's last stop bit to the answer's first start bit, best guess, in nanoseconds; nil unless
  /// there are both. Coarse times can make it negative.
  @inlinable public var latency: Int64? {
    guard let request, let reply else { return nil }
    return reply.start.middle &- request.end.middle
  }

  /// Half the width of what the frames' times allow for `latency`, in nanoseconds; 0 without one.
  @inlinable public var latencyError: Int64 {
    guard let request, let reply else { return 0 }
    return reply.start.error &+ request.end.error
  }
}
