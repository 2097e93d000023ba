/// From a client's debug log to messages: the same as `BleDecoder` for text, which has neither handles nor times.
struct BleTextDecoder: Sendable {
  private var parser = TextLogParser()
  private var found: [TextLogParser.Event] = []
  private var connection: BleConnection
  private var context: BleContext

  init(keys: KeyRing) {
    context = BleContext(keys: keys)
    connection = BleConnection(keys: keys, isTimed: false)
  }

  /// What the last call completed. Valid until the next call.
  var events: [BleEvent] { context.events }

  mutating func push(_ text: Span<UInt8>) {
    context.events.removeAll(keepingCapacity: true)
    parser.push(text, into: &found)
    take()
  }

  mutating func finish() {
    context.events.removeAll(keepingCapacity: true)
    parser.finish(into: &found)
    take()
    connection.finish(at: 0, &context)
    if context.connectionCount == 0 { context.events.append(.note(BleNote(.noScooter))) }
  }

  private mutating func take() {
    for event in found {
      switch event {
      case .value(let direction, let bytes): connection.push(unlabelled: bytes, direction, at: 0, &context)
      case .clear(let body, let format): connection.push(clear: body, format, at: 0, &context)
      case .keys(let keys): connection.add(keys)
      case .token(let token): context.keys.tokens.insert(token, at: 0)
      case .connecting:
        connection.finish(at: 0, &context)
        connection = BleConnection(keys: context.keys, isTimed: false)
      }
    }
    found.removeAll(keepingCapacity: true)
  }
}
