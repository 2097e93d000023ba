import NinebotBus

/// Requests on one wire that look foreign. When a test says that stock parts alone no longer explain them, those of one
/// kind make up the device that must be named, unless a dash that was named already explains them. Bounded.
struct Suspects: Sendable {
  /// A request that looks foreign.
  struct Request: Sendable {
    var measurement: Measurement
    /// Log-likelihood ratio of its place in the rhythm: a foreign sender against the BLE module.
    var rhythm: Float
    var reading: FrameReading?
  }

  /// What the requests are when the test asks.
  enum Judgement {
    case undecided
    /// A named dash's, which does more than was learnt of it so far; they are suspects no more.
    case known([Request])
    /// Of a device that must be named.
    case newcomers
  }

  private var requests: [Request] = []
  private var test = ForeignTest()
  /// How often they turned out to be a known dash's.
  private var refusals = 0

  /// The last requests of the only dash that is named.
  private var explained: [Request] = []
  /// How often those were held to be one device's.
  private var unions = 0
  /// As many are looked at together.
  private static let mostExplained = 192

  private static let most = 48
  /// Fewer make no fingerprint.
  private static let least = 4
  /// After so many requests one that is new is another device's: most dashes ask for five things or fewer.
  private static let knownRequests: Float = 24

  /// Takes the next request, foreign or not.
  ///
  /// - Parameter ratio: log-likelihood ratio of all that is known of it, foreign against stock.
  /// - Returns: whether there are too many foreign ones for stock parts alone.
  mutating func add(_ request: Request, ratio: Float) -> Bool {
    if ratio > 1 {
      if requests.count == Self.most { requests.removeFirst() }
      requests.append(request)
    }
    return test.add(ratio)
  }

  /// Takes a request of the only dash that is named. Returns whether a device must be named beside it.
  ///
  /// One device asks for the same things however its requests follow the heartbeats. Where what is asked depends on
  /// whether it comes as most of the dash's do, those that follow in the rarer way are another's. Each by itself is
  /// explained well enough by the dash that is known, where times tell little. Once two are named it is too late for
  /// this: which of them a request is given to depends on both.
  ///
  /// - Parameter prints: what is learnt of all candidates; handed over as a whole, since one alone would be copied.
  mutating func take(explained request: Request, _ prints: [Fingerprint]) -> Bool {
    guard request.measurement.showsDistance else { return false }
    explained.append(request)
    guard explained.count >= Self.mostExplained else { return false }
    defer { explained.removeFirst(min(explained.count, Self.mostExplained / 2)) }
    let groups = explained.map { prints[Candidate.firstDash].follows(as: $0.measurement) ? 0 : 1 }
    let asked = zip(explained, groups).lazy.compactMap { request, group in
      request.reading.map { (reading: $0, group: group) }
    }
    let apart = groups.reduce(0, +)
    let rarer = zip(explained, groups).filter { $0.1 == (apart < groups.count - apart ? 1 : 0) }.map(\.0)
    guard PollingHabits.areUnlike(asked, earlier: unions), rarer.count >= Self.least,
      rarer.reduce(0, { $0 + $1.rhythm }) > 0.5 * Float(rarer.count)
    else {
      unions += 1
      return false
    }
    explained.removeAll()
    requests = Array(rarer.suffix(Self.most))
    return true
  }

  /// Says what they are, once there are too many.
  mutating func judge(against dashes: CandidateSet, _ prints: [Fingerprint], _ habits: PollingHabits) -> Judgement {
    let kind = firstKind
    guard kind.count >= Self.least else { return .undecided }
    // Whether it is known what some dash asks for.
    let isKnownWell = dashes.contains { habits.requests(of: $0) >= Self.knownRequests }
    if !dashes.isEmpty {
      // Too little is known of that to say that these are others', and more may yet come.
      let mustWait = !requests[kind[0]].measurement.isShaped && !isKnownWell && requests.count < Self.most
      if mustWait { return .undecided }
    }
    test.reset()
    guard dashes.isEmpty || areUnlike(dashes, kind, prints, isKnownWell ? habits : nil) else {
      refusals += 1
      return .known(take(isKnownWell ? kind : Array(requests.indices)))
    }
    // Another clock or pitch alone is no other device: one device may have several. It must also come out of turn.
    let rhythm = kind.map { requests[$0].rhythm }.reduce(0, +) / Float(kind.count)
    return rhythm > 0.5 ? .newcomers : .undecided
  }

  /// Whether they are none of the dashes that were named: by shape where that was measured, else by what they ask for.
  /// Another distance from the heartbeats alone is no other device: one that runs on its own timer keeps none.
  ///
  /// - Parameter habits: nil where they are not known well.
  private func areUnlike(
    _ dashes: CandidateSet, _ kind: [Int], _ prints: [Fingerprint], _ habits: PollingHabits?
  ) -> Bool {
    let mean = Measurement(meanOf: kind.map { requests[$0].measurement })
    if mean.isShaped, !dashes.contains(where: { prints[$0].hasShape(of: mean) }) { return true }
    guard let habits else { return false }
    let readings = kind.compactMap { requests[$0].reading }
    return !dashes.contains { !habits.areUnlike(readings, $0, earlier: refusals) }
  }

  /// Those that make up one device: those like the first of them, so that newcomers get their numbers in the order of
  /// appearance. Where shape tells nothing, those that keep one distance from the heartbeats, if many do. Ascending.
  private var firstKind: [Int] {
    guard let first = requests.first?.measurement else { return [] }
    if first.isShaped {
      return requests.indices.filter { first.hasShape(of: requests[$0].measurement) }
    }
    let groups = requests.indices.map { seed in
      requests.indices.filter { requests[seed].measurement.hasTrigger(of: requests[$0].measurement) }
    }
    guard let largest = groups.max(by: { $0.count < $1.count }), largest.count * 5 >= requests.count * 2 else {
      return Array(requests.indices)
    }
    return largest
  }

  /// What the device that must be named looks like, and what it asked for.
  var newcomer: (fingerprint: Fingerprint, asking: [FrameReading]) {
    var fingerprint = Fingerprint()
    let kind = firstKind.map { requests[$0] }
    for request in kind { fingerprint.learn(request.measurement) }
    return (fingerprint, kind.compactMap(\.reading))
  }

  /// Takes the device that must be named out. Two may have come together: those of another kind stay.
  mutating func takeNewcomer() -> [Request] { take(firstKind) }

  private mutating func take(_ kind: [Int]) -> [Request] {
    let taken = kind.map { requests[$0] }
    let leaving = Set(kind)
    requests = requests.indices.filter { !leaving.contains($0) }.map { requests[$0] }
    return taken
  }
}
