import CaptureFiles
import ScooterSim
import UartSniffer

/// The built-in scooter behind a pseudo terminal: the sniffer opens it as it opens any port.
final class SimulatedPort {
  /// What to open.
  let path: String

  init(scenario: String) throws(InputError) {
    throw InputError("sim:\(scenario)", "the built-in scooter is not there yet")
  }
  func start() {}
  func stop() {}
}
