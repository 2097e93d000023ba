public import NinebotBus

extension Diagnosis {
  /// A device that injects requests.
  public struct Injector: Sendable {
    /// `dash1`…
    public var sender: Transmitter
    /// The known module whose habits fit best, and how well, in words; a hint, never a finding.
    public var looksLike: String?
    /// What it asks for and sets.
    public var requests: Int
    public var requestsPerSecond: Double
    public var registers: [PolledRegister]
    /// Frames that claim to come from another device, requests with the BLE module's address aside.
    public var forgedFrames: Int
    /// Whom those frames name; empty where that is not known.
    public var forgedAs: [(role: Role, count: Int)]
    /// Nanoseconds: first and last frame.
    public var first: Int64
    public var last: Int64
    /// Probability that this device is there at all, 0 to 1.
    public var confidence: Double
    /// Whose addresses most of its frames bear; nil where that is not known.
    public var poses: Role?
    /// What it is known by.
    public var evidence: Evidence

    public init(
      sender: Transmitter, looksLike: String? = nil, requests: Int, requestsPerSecond: Double,
      registers: [PolledRegister], forgedFrames: Int = 0, forgedAs: [(role: Role, count: Int)] = [], first: Int64,
      last: Int64, confidence: Double, poses: Role? = nil, evidence: Evidence = Evidence()
    ) {
      self.evidence = evidence
      self.forgedAs = forgedAs
      self.poses = poses
      self.sender = sender
      self.looksLike = looksLike
      self.requests = requests
      self.requestsPerSecond = requestsPerSecond
      self.registers = registers
      self.forgedFrames = forgedFrames
      self.first = first
      self.last = last
      self.confidence = confidence
    }

    /// What it sets. One write among thousands of questions may be a damaged frame that happens to be sound.
    public var writes: [PolledRegister] {
      registers.filter { $0.act == .write && ($0.requests > 1 || requests <= Self.perMistake) }
    }

    /// Requests that set nothing.
    public var questions: Int {
      max(0, requests - registers.reduce(0) { $0 + ($1.act == .write ? $1.requests : 0) })
    }

    /// The same in a second.
    public var questionsPerSecond: Double {
      requests > 0 ? requestsPerSecond * Double(questions) / Double(requests) : 0
    }

    private static let perMistake = 1000
  }

  /// One kind of request.
  public struct PolledRegister: Hashable, Sendable {
    /// What a request does with the register.
    public enum Act: UInt8, Hashable, Sendable {
      case read
      case write
      /// A command that neither reads nor sets registers.
      case request

      init(_ act: FrameReading.Act) {
        self =
          switch act {
          case .readRequest: .read
          case .write, .quietWrite: .write
          default: .request
          }
      }

      /// The name in JSON.
      public var name: StaticString {
        switch self {
        case .read: "read"
        case .write: "write"
        case .request: "request"
        }
      }
    }

    public var subject: Role
    public var register: UInt8
    public var act: Act
    /// Bytes asked for; 0 of writes.
    public var bytes: UInt8
    /// The register's name; empty where the profile has none.
    public var name: String
    public var requests: Int
    /// What was written last; nil of other requests, and where it is not known.
    public var written: WrittenValue?

    public init(
      subject: Role, register: UInt8, act: Act = .read, bytes: UInt8, name: String, requests: Int,
      written: WrittenValue? = nil
    ) {
      self.subject = subject
      self.register = register
      self.act = act
      self.bytes = bytes
      self.name = name
      self.requests = requests
      self.written = written
    }
  }

  /// A value that was written to a register.
  public struct WrittenValue: Hashable, Sendable {
    /// As stored.
    public var raw: Int64
    /// Its name, or the number with its unit.
    public var words: String

    public init(raw: Int64, words: String) {
      self.raw = raw
      self.words = words
    }
  }
}
