public import NinebotBus

extension Diagnosis {
  /// What an injector is known by, beside what the BLE module shows on the same wire.
  public struct Evidence: Sendable {
    /// What was said against the stock part that frames name, on average: natural logarithms of likelihood ratios.
    public struct Votes: Sendable {
      public var frames = 0
      /// Strongest first; kinds that said nothing are left out.
      public var means: [(kind: EvidenceKind, mean: Double)] = []

      public init() {}

      init(_ sums: VoteSums) { (frames, means) = (sums.frames, sums.means) }
    }

    /// How frames are timed; empty where that was not seen.
    public struct Timing: Hashable, Sendable {
      /// Microseconds from start bit to start bit.
      public var pitch: [KnownTransmitter.Mode] = []
      /// Bit length against nominal, in parts per million.
      public var bitClock: [KnownTransmitter.Mode] = []

      public init(pitch: [KnownTransmitter.Mode] = [], bitClock: [KnownTransmitter.Mode] = []) {
        self.pitch = pitch
        self.bitClock = bitClock
      }
    }

    public var timing = Timing()
    /// The BLE module's on the same wire.
    public var moduleTiming = Timing()
    /// When it asks; nil where too little was seen of that.
    public var rhythm: SenderStatistics.Rhythm?
    /// Its requests with the BLE module's address, and what tells them from that module's.
    public var requests = Votes()
    /// Its frames of other kinds, and what tells them from those of the device that they name.
    public var forgeries = Votes()
    /// Of the requests, those in addition to what the BLE module's slots hold.
    public var outOfTurn = 0
    /// Of the requests, those that no write in the phone's log explains; 0 as well where there is no log.
    public var besideLog = 0

    public init() {}

    init(_ row: SenderStatistics, module: SenderStatistics?) {
      timing = Timing(pitch: row.pitch, bitClock: row.bitClock)
      if let module { moduleTiming = Timing(pitch: module.pitch, bitClock: module.bitClock) }
      rhythm = row.rhythm
      requests = Votes(row.requestVotes)
      forgeries = Votes(row.forgeryVotes)
      outOfTurn = row.requestVotes.outOfTurn
      besideLog = row.requestVotes.besideLog
    }

    /// Whether its bytes are timed as the BLE module's; nil where nothing was measured of both.
    public var isTimedAsModule: Bool? {
      let pitch = Self.areAlike(timing.pitch, moduleTiming.pitch)
      let clock = Self.areAlike(timing.bitClock, moduleTiming.bitClock)
      guard pitch != nil || clock != nil else { return nil }
      return pitch ?? true && clock ?? true
    }

    /// Whether most frames of one device are as some mode of the other, within two standard deviations.
    private static func areAlike(_ modes: [KnownTransmitter.Mode], _ others: [KnownTransmitter.Mode]) -> Bool? {
      guard let main = modes.first, !others.isEmpty else { return nil }
      return others.contains { other in
        let (distance, variance) = (main.mean - other.mean, main.spread * main.spread + other.spread * other.spread)
        return distance * distance <= 4 * variance
      }
    }
  }
}

// MARK: - In words

extension Diagnosis.Injector {
  /// What it is known by, a sentence each, with the numbers.
  public var evidenceWords: [String] {
    var words: [String] = []
    if let rhythm = evidence.rhythm, evidence.requests.frames > 0 { words.append("When it asks: \(rhythm.words).") }
    words += turnWords + [timingWords]
    if let told = Self.words(evidence.requests, "request", against: "the BLE module's own") { words.append(told) }
    if let told = Self.words(evidence.forgeries, "forged frame", against: "those of the device that they name") {
      words.append(told)
    }
    return words
  }

  private var turnWords: [String] {
    let all = evidence.requests.frames
    var words: [String] = []
    if evidence.outOfTurn > 0 {
      // On a full bus the place of a single request shows little.
      let count = evidence.outOfTurn == all ? "\(all)" : "At least \(evidence.outOfTurn)"
      words.append(
        "\(count) of \(Wording.some(all, "request")) came in addition to what the BLE module sends in its slots.")
    }
    if evidence.besideLog > 0 {
      words.append("Nothing that the phone wrote explains \(evidence.besideLog) of \(Wording.some(all, "request")).")
    }
    return words
  }

  private var timingWords: String {
    guard let own = Self.words(evidence.timing) else {
      return "How its bytes are timed was not seen: the capture has no time of each byte."
    }
    guard let module = Self.words(evidence.moduleTiming) else { return "How its bytes are timed: \(own)." }
    guard evidence.isTimedAsModule == true else {
      return "How its bytes are timed: \(own); the BLE module's: \(module)."
    }
    return
      "Its bytes are timed as the BLE module's (\(own); the module's: \(module)): only when it asks tells them apart; "
      + "a module whose firmware asks between its heartbeats would look the same."
  }

  private static func words(_ timing: Diagnosis.Evidence.Timing) -> String? {
    var parts: [String] = []
    if let pitch = timing.pitch.first { parts.append("a byte each \(Wording.decimal(pitch.mean, 1)) us") }
    if !timing.bitClock.isEmpty {
      let clocks = timing.bitClock.prefix(2).map { Wording.decimal($0.mean, 0) }
      parts.append("bits off by \(clocks.joined(separator: " or ")) ppm")
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private static func words(_ votes: Diagnosis.Evidence.Votes, _ what: String, against: String) -> String? {
    guard !votes.means.isEmpty else { return nil }
    let kinds = votes.means.map { kind, mean in
      "\(kind.name) \(mean < 0 ? "" : "+")\(Wording.decimal(mean, 1))"
    }
    return "What tells its \(what)s from \(against), on average over "
      + "\(Wording.some(votes.frames, what)): \(kinds.joined(separator: ", ")) (2.3 is ten to one)."
  }
}
