import NinebotBus
import ScooterSim
import UartSniffer

/// A simulated adapter: when which bytes of a line come to the host. Written from the hardware's point of view, apart
/// from what `PacketClock` assumes.
struct AdapterModel: Sendable {
  enum Rule: Sendable {
    /// Each byte at once.
    case immediate
    /// FTDI: 62 bytes or the timer, whichever is first; a transfer ends with a packet that is not full, or the eighth.
    case ftdi(timer: Int64)
    /// A packet when it is full or the line was quiet for a while; a full one does not end a transfer.
    case idle(full: Int, quiet: Int64, most: Int64)
    /// A FIFO with a trigger level and a time-out in bit times.
    case fifo(level: Int, bits: Int64)
  }

  var name: String
  var rule: Rule
  var timing: AdapterTiming

  /// When each byte reaches the kernel, from when it was received; never out of order.
  func deliveries(_ received: [Int64], baud: Baud, random: inout SplitMix64) -> [(time: Int64, count: Int)] {
    let packets: [(time: Int64, count: Int)] =
      switch rule {
      case .immediate: received.map { ($0, 1) }
      case .ftdi(let timer): ftdi(received, timer: timer, phase: .random(in: 0..<timer, using: &random))
      case .idle(let full, let quiet, let most): idle(received, full: full, quiet: quiet, most: most)
      case .fifo(let level, let bits): fifo(received, level: level, bits: bits * 1_000_000_000 / Int64(baud.rate))
      }
    var last = Int64.min
    return packets.map { packet in
      last = max(last, packet.time + (timing.transfer > 0 ? .random(in: 0...timing.transfer, using: &random) : 0))
      return (last, packet.count)
    }
  }

  private func ftdi(_ received: [Int64], timer: Int64, phase: Int64) -> [(time: Int64, count: Int)] {
    var out: [(time: Int64, count: Int)] = []
    var lastPacket = (received.first ?? 0) - phase
    var inPacket = 0
    var inTransfer = 0
    var fullPackets = 0
    func end(_ time: Int64) {
      if inTransfer > 0 { out.append((time, inTransfer)) }
      inTransfer = 0
      fullPackets = 0
    }
    for time in received {
      while lastPacket + timer <= time {
        lastPacket += timer
        inPacket = 0
        end(lastPacket)
      }
      inPacket += 1
      inTransfer += 1
      guard inPacket == 62 else { continue }
      lastPacket = time
      inPacket = 0
      fullPackets += 1
      if fullPackets == 8 { end(time) }
    }
    end(lastPacket + timer)
    return out
  }

  private func idle(_ received: [Int64], full: Int, quiet: Int64, most: Int64) -> [(time: Int64, count: Int)] {
    var out: [(time: Int64, count: Int)] = []
    var start = 0
    for index in received.indices {
      let isLast = index == received.count - 1
      let age = received[index] - received[start]
      if index - start + 1 == full || age >= most - quiet {
        out.append((received[index], index - start + 1))
        start = index + 1
      } else if isLast || received[index + 1] - received[index] > quiet {
        out.append((received[index] + quiet, index - start + 1))
        start = index + 1
      }
    }
    return out
  }

  private func fifo(_ received: [Int64], level: Int, bits: Int64) -> [(time: Int64, count: Int)] {
    idle(received, full: level, quiet: bits, most: .max / 2)
  }
}

/// A program that waits for bytes, reads them and is sometimes busy with something else.
struct ReaderModel {
  struct Delivery {
    var count: Int
    var window: PollWindow
    var read: Int64
  }

  /// Nanoseconds from a delivery to the reader's return from its wait: 0 up to this.
  var wake: Int64
  /// Out of 100 rounds so many are followed by up to 60 ms of other work.
  var busyRounds: Int

  func run(_ deliveries: [(time: Int64, count: Int)], from start: Int64, random: inout SplitMix64) -> [Delivery] {
    var out: [Delivery] = []
    var now = start
    var next = 0
    while next < deliveries.count {
      let entered = now
      let arrival = deliveries[next].time
      let woke =
        arrival <= entered
        ? entered + .random(in: 1000...50_000, using: &random) : arrival + .random(in: 1000...wake, using: &random)
      let read = woke + .random(in: 1000...20_000, using: &random)
      var count = 0
      while next < deliveries.count, deliveries[next].time <= read {
        count += deliveries[next].count
        next += 1
      }
      out.append(Delivery(count: count, window: PollWindow(entered: entered, woke: woke), read: read))
      let isBusy = Int.random(in: 0..<100, using: &random) < busyRounds
      now =
        read
        + (isBusy ? .random(in: 1_000_000...60_000_000, using: &random) : .random(in: 5000...80_000, using: &random))
    }
    return out
  }
}
