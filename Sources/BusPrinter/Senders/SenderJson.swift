import BusTimeline
import NinebotBus

/// What a sender's timing is in JSON, in the one way for the table of senders and for diagnoses; each begins with a comma.
extension TextBuffer {
  /// `,"key":[…]`, a list of modes; nothing where there are none.
  mutating func append(modes: [KnownTransmitter.Mode], key: StaticString, decimals: Int) {
    guard !modes.isEmpty else { return }
    append(",\"")
    append(key)
    append("\":[")
    for (index, mode) in modes.enumerated() {
      append(index == 0 ? "{\"mean\":" : ",{\"mean\":")
      append(number: mode.mean, decimals: decimals)
      append(",\"spread\":")
      append(number: mode.spread, decimals: decimals)
      append(",\"share\":")
      append(number: mode.share, decimals: 3)
      append(UInt8(ascii: "}"))
    }
    append(UInt8(ascii: "]"))
  }

  /// `,"rhythm":{…}`, with times in seconds.
  mutating func append(rhythm: SenderStatistics.Rhythm) {
    switch rhythm {
    case .slots(let length, _): rhythmHead("slots", "period", length)
    case .behindHeartbeats(let delay): rhythmHead("behind-heartbeats", "delay", delay)
    case .timer(let period, _): rhythmHead("timer", "period", period)
    case .answers(let delay): rhythmHead("answers", "delay", delay)
    case .irregular: rhythmHead("irregular")
    }
    switch rhythm {
    case .slots(_, let spread), .timer(_, let spread):
      append(",\"spread\":")
      append(seconds: spread, decimals: 9)
    default: break
    }
    append(UInt8(ascii: "}"))
  }

  private mutating func rhythmHead(_ kind: StaticString, _ key: StaticString? = nil, _ time: Int64 = 0) {
    append(",\"rhythm\":{\"kind\":\"")
    append(kind)
    append(UInt8(ascii: "\""))
    guard let key else { return }
    append(",\"")
    append(key)
    append("\":")
    append(seconds: time, decimals: 9)
  }
}
