import NinebotBus
import ScooterSim

/// Synthetic M365 bus traffic for measurements: the rhythm of 64 and 65 with register reads and replies between.
///
/// The mix follows the workload of the peer measurements (docs/performance.md): about 13.6 bytes a frame.
struct BusTraffic {
  let bytes: [UInt8]
  let frames: Int

  /// `frames` frames from a seed, without noise between them.
  init(frames: Int, seed: UInt64 = 1) throws {
    var random = SplitMix64(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(frames * 14)
    var made = 0
    func add(_ frame: Frame) throws {
      guard made < frames else { return }
      bytes += try frame.encoded()
      made += 1
    }
    while made < frames {
      let levers: [UInt8] = [.random(in: 0x26...0x60, using: &random), .random(in: 0x27...0x50, using: &random)]
      for _ in 0..<4 {
        try add(Frame(to: 0x20, 0x65, 0x00, [4] + levers + [0, 0]))
      }
      try add(Frame(to: 0x20, 0x64, 0x00, [6] + levers + [0, 0, 0x72, 0]))
      try add(Frame(to: 0x21, 0x64, 0x00, [1, .random(in: 0...8, using: &random), 0, 0]))
      let (address, register, count) = Self.reads[Int(random.next() % UInt64(Self.reads.count))]
      let isForwarded = address == 0x20
      try add(Frame(to: address, isForwarded ? 0x61 : 0x01, register, isForwarded ? [count, 2] + levers : [count]))
      let data = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      try add(Frame(to: address + 3, 0x01, register, data))
    }
    self.bytes = bytes
    self.frames = made
  }

  /// Address, register and length of the reads that apps and dashes make (protocol.md 4.6).
  private static let reads: [(UInt8, UInt8, UInt8)] = [
    (0x20, 0xB0, 0x20), (0x20, 0x3A, 0x04), (0x20, 0x23, 0x06), (0x20, 0x7C, 0x02), (0x22, 0x31, 0x0A),
    (0x22, 0x3B, 0x02), (0x22, 0x20, 0x06),
  ]
}
