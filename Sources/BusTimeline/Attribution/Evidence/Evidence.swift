import Glibc
import NinebotBus

/// One kind of evidence: how much likelier it makes each candidate, on its own.
///
/// The rows are taken to be independent given the sender, so their logarithms add up (docs/attribution.md). A new kind
/// is a file `SomethingEvidence.swift` with a type of that name that conforms to this: the build lists them.
protocol Evidence: Sendable {
  /// The name in JSON and text: lower case, words joined by `-`.
  static var name: StaticString { get }
  /// What `--explain` says of a vote.
  static var words: EvidenceKind.Words { get }
  /// Its place among all kinds; the build numbers them.
  static var row: Int { get }
  init()
  /// Adds log-likelihoods to the candidates; what it says nothing about stays as it is.
  func weigh(_ observation: Observation, on wire: WireBeliefs, into scores: inout Scores)
}

/// All kinds of evidence that count, and what they say of one frame, apart and together. Not to be copied: it is large.
struct EvidenceTable: ~Copyable, Sendable {
  private var rows = PerEvidence<Scores>(repeating: Scores())
  /// Of the newcomer and of those who come into question.
  private(set) var total = Scores()

  @inline(__always)
  init() {}

  /// Asks every row.
  ///
  /// The list is code (`askAll`, made by the plugin FolderLists), since the compiler sees through known types, but not
  /// through a list of existentials: those took half of attribution's time.
  @inline(never)
  mutating func weigh(_ observation: Observation, on wire: WireBeliefs) {
    askAll(observation, wire)
    addUp(wire.candidates(for: observation.claim))
  }

  @inline(__always)
  mutating func ask<Row: Evidence>(_ evidence: Row, _ observation: Observation, _ wire: WireBeliefs) {
    evidence.weigh(observation, on: wire, into: &rows[Row.row])
  }

  /// Asks one row, which said nothing before: what it looks at became known.
  @inline(__always)
  mutating func add<Row: Evidence>(_ evidence: Row, _ observation: Observation, _ wire: WireBeliefs) {
    ask(evidence, observation, wire)
    addUp(wire.candidates(for: observation.claim))
  }

  @inline(__always)
  private mutating func addUp(_ candidates: CandidateSet) {
    total(Candidate.newcomer)
    for candidate in candidates { total(candidate) }
  }

  @inline(__always)
  private mutating func total(_ candidate: Int) {
    var sum: Float = 0
    for row in rows.indices { sum += rows[row][candidate] }
    total[candidate] = sum
  }

  /// What each row says for `candidate` against `rival`. Mutating, though it changes nothing: of what cannot change, all
  /// rows would be copied to look at them.
  @inline(__always)
  mutating func votes(for candidate: Int, against rival: Int) -> Votes {
    var votes = Votes(rival: Candidate.transmitter(rival))
    for index in rows.indices { votes.set(rows[index][candidate] - rows[index][rival], at: index) }
    return votes
  }
}

/// Who can have sent a frame, as an index.
enum Candidate {
  /// A device that was not met before.
  static let newcomer = 0
  static let esc = 1
  static let ble = 2
  static let bms = 3
  static let externalBms = 4
  /// `dash1`; the others follow.
  static let firstDash = 5
  static let count = 16
  /// The most dashes that are told apart.
  static let mostDashes = count - firstDash

  /// Who sends such a frame with stock parts; a newcomer where nobody does.
  static func claimed(_ claim: Claim) -> Int {
    switch claim {
    case .none: newcomer
    case .levers, .poll, .request, .bleAnswer, .announcement: ble
    case .escAnswer, .escRequest: esc
    case .batteryAnswer: bms
    case .externalBatteryAnswer: externalBms
    }
  }

  static func index(of transmitter: Transmitter) -> Int {
    switch transmitter {
    case .esc: esc
    case .ble: ble
    case .bms: bms
    case .externalBms: externalBms
    case .unknown: newcomer
    case .dash(let number): min(firstDash + Int(number) - 1, count - 1)
    }
  }

  /// The stock part of a role; nil for roles that do not transmit on a wire.
  static func index(of role: Role) -> Int? {
    switch role {
    case .esc: esc
    case .ble: ble
    case .bms: bms
    case .externalBms: externalBms
    case .unknown, .phone, .pc, .broadcast: nil
    }
  }

  static func transmitter(_ index: Int) -> Transmitter {
    switch index {
    case esc: .esc
    case ble: .ble
    case bms: .bms
    case externalBms: .externalBms
    case newcomer: .unknown
    default: .dash(UInt8(index - firstDash + 1))
    }
  }
}
