import CaptureFiles
import Foundation
import Glibc
import ScooterSim
import Synchronization
import SystemPackage
import UartSniffer

/// The built-in scooter behind a pseudo terminal: the sniffer opens it as it opens any port.
///
/// A thread of its own plays the scenario in real time; a scooter that nobody reads waits at most a second and ends.
final class SimulatedPort: Sendable {
  /// What to open.
  let path: String
  /// What to call it: `sim:` and the scenario.
  let name: String
  private let scenario: Scenario
  private let terminal: PseudoTerminal
  private let isStopped = Atomic(false)

  /// - Parameter scenario: `NAME` or `NAME,seed=N`; empty for the stock scooter.
  init(scenario text: String) throws(InputError) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    var seed: UInt64 = 1
    for part in parts.dropFirst() {
      guard part.hasPrefix("seed="), let number = UInt64(part.dropFirst(5)) else {
        throw InputError("sim:\(text)", "'\(part)' is no setting", remedy: "write sim:NAME,seed=NUMBER")
      }
      seed = number
    }
    let asked = parts.first.map(String.init) ?? ""
    let known = asked.isEmpty ? "stock" : asked
    scenario = try Scenario.named(known, seed: seed)
    name = "sim:" + known + text.dropFirst(asked.count)
    terminal = try PseudoTerminal()
    path = terminal.path
  }

  /// Starts to play.
  func start() {
    Thread.detachNewThread { [self] in
      var player = SimPlayer(scenario)
      player.play(clock: KernelClock()) { packet in
        guard !isStopped.load(ordering: .relaxed) else { return false }
        do {
          try terminal.write(packet.bytes, deadline: KernelSerial().now() + 1_000_000_000)
          return true
        } catch {
          return false
        }
      }
    }
  }

  /// Lets the thread end at its next byte.
  func stop() { isStopped.store(true, ordering: .relaxed) }
}

/// The machine's own time for the player.
private struct KernelClock: PlayerClock {
  func now() -> Int64 { KernelSerial().now() }

  func sleep(until time: Int64) {
    let rest = time - now()
    guard rest > 0 else { return }
    var request = timespec(tv_sec: Int(rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
    nanosleep(&request, nil)
  }
}
