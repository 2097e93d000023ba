import NinebotBus
import ScooterSim

func randomFrame(_ random: inout SplitMix64) -> Frame {
  let address: Frame.Address =
    Bool.random(using: &random)
    ? .single(.random(in: 0...255, using: &random))
    : .pair(source: .random(in: 0...255, using: &random), destination: .random(in: 0...255, using: &random))
  // Header bytes are made likely, so that they occur inside payloads.
  let payload = (0..<Int.random(in: 0...40, using: &random)).map { _ in
    ([0x55, 0xAA, 0x5A, 0xA5, 0xAB, UInt8.random(in: 0...255, using: &random)] as [UInt8]).randomElement(using: &random)
      ?? 0
  }
  return Frame(address: address, command: .random(in: 0...255, using: &random), argument: 0, payload: payload)
}

/// Frames, cut frames, spoiled frames, noise and bare headers in random order.
func randomStream(_ random: inout SplitMix64) throws -> [UInt8] {
  var stream: [UInt8] = []
  for _ in 0..<Int.random(in: 1...12, using: &random) {
    var frame = try randomFrame(&random).encoded()
    switch Int.random(in: 0...5, using: &random) {
    case 0: frame.removeLast(.random(in: 1..<frame.count, using: &random))
    case 1: frame[.random(in: 2..<frame.count, using: &random)] ^= 0x10
    case 2: frame = (0..<20).map { _ in .random(in: 0...255, using: &random) }
    case 3: frame = [0x55, [0xAA, 0xAB].randomElement(using: &random) ?? 0xAA, .random(in: 0...255, using: &random)]
    default: break
    }
    stream += frame
  }
  return stream
}
