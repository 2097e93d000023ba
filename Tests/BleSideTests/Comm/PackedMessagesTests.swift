import BleSide
import ScooterSim
import Testing

@Suite("Packed messages")
struct PackedMessagesTests {
  @Test("what goes in comes out")
  func roundTrip() {
    var random = SplitMix64(seed: 7)
    var messages: [BleMessage] = []
    var packed = PackedMessages()
    for number in 0..<500 {
      var message = Self.message(number, &random)
      message.sequence = number
      message.solicited = [nil, false, true][Int.random(in: 0..<3, using: &random)]
      message.request = Bool.random(using: &random) ? nil : Int.random(in: 0...number, using: &random)
      messages.append(message)
      packed.append(message)
    }
    #expect(packed.count == messages.count)
    #expect(packed.elementsEqual(messages))
  }

  @Test("of none there is none")
  func empty() {
    #expect(PackedMessages().isEmpty)
  }

  private static func message(_ number: Int, _ random: inout SplitMix64) -> BleMessage {
    func bytes(_ most: Int) -> [UInt8] {
      (0..<Int.random(in: 0...most, using: &random)).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }
    let conditions: [BleMessage.Condition] = [.readable, .sealed, .tampered, .preSession, .damaged, .foreign]
    let steps: [CounterStep] = [.inOrder, .gap(missing: .random(in: 1...9, using: &random)), .uncounted]
    return BleMessage(
      time: .random(in: .min ... .max, using: &random), start: .random(in: .min ... .max, using: &random),
      connection: .random(in: 0...3, using: &random), direction: BleDirection.allCases[number % 2],
      format: CommFormat.allCases[number % CommFormat.allCases.count], condition: conditions[number % conditions.count],
      body: bytes(40), air: bytes(number % 3 == 0 ? 300 : 0),
      counter: number % 5 == 0 ? nil : .random(in: .min ... .max, using: &random), step: steps[number % steps.count])
  }
}
