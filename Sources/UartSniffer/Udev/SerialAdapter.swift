/// A serial port that this machine has: an adapter behind USB, or a UART of its own.
public struct SerialAdapter: Hashable, Sendable {
  public enum Access: Hashable, Sendable {
    case allowed
    /// The group that may, where there is one.
    case refused(group: String?)
    /// A program holds it; its number and name, where they can be seen.
    case busy(process: Int?, program: String?)
    /// The node went away while it was looked at.
    case gone
  }

  /// `/dev/ttyUSB0`.
  public var path: String
  /// The name that stays the same whatever is plugged in first: `/dev/serial/by-id/…`.
  public var stablePath: String?
  /// Maker's name.
  public var vendor: String?
  /// Product's name.
  public var product: String?
  /// Four hexadecimal digits each; nil for a UART that is not behind USB.
  public var vendorID: String?
  public var productID: String?
  public var serial: String?
  /// The kernel's driver: `ftdi_sio`, `cp210x`, `ch341-uart`, `cdc_acm`…
  public var driver: String?
  /// FTDI's latency timer in milliseconds.
  public var latencyTimer: Int?
  public var isUSB: Bool
  public var access: Access

  /// The adapter behind a tty; nil for ttys that are no serial ports, as consoles or ports without hardware.
  init?(_ record: UdevRecord, access: Access) {
    // A device says what it likes: nothing of it may steer a terminal or fill it.
    func text(_ value: String?) -> String? {
      let shown = (value ?? "").unicodeScalars.filter { !$0.properties.isControl }.prefix(200)
      return shown.isEmpty ? nil : String(String.UnicodeScalarView(shown))
    }
    let properties = record.properties
    isUSB = record.usb != nil
    if !isUSB {
      // On-board ports: 8250 and PL011. The kernel makes ttyS nodes for ports that are not there; their type is 0.
      guard record.name.hasPrefix("ttyS") || record.name.hasPrefix("ttyAMA") else { return nil }
      guard let type = record.attributes["type"].flatMap(Int.init), type != 0 else { return nil }
    }
    path = record.node
    stablePath = properties["DEVLINKS"]?.split(separator: " ").map(String.init)
      .first { $0.hasPrefix("/dev/serial/by-id/") }
    let usb = record.usb ?? [:]
    // The device's own words first: udev's are the same with underscores, or from its table of numbers.
    vendor = text(usb["manufacturer"]) ?? text(properties["ID_VENDOR_FROM_DATABASE"])
    product = text(usb["product"]) ?? text(properties["ID_MODEL_FROM_DATABASE"])
    vendorID = text(usb["idVendor"]) ?? text(properties["ID_VENDOR_ID"])
    productID = text(usb["idProduct"]) ?? text(properties["ID_MODEL_ID"])
    serial = text(usb["serial"]) ?? text(properties["ID_SERIAL_SHORT"])
    driver = text(record.driver)
    latencyTimer = record.attributes["device/latency_timer"].flatMap(Int.init)
    self.access = access
  }

  /// Why it cannot be opened and what to do about it, one line; nil where it can.
  public var obstacle: String? {
    switch access {
    case .allowed: nil
    case .refused(.some(let group)):
      "no permission: it belongs to the group \(group); run: sudo usermod -aG \(group) $USER, then log in again"
    case .refused(.none): "no permission, for no group either; run: sudo chmod a+r \(path)"
    case .busy(let process, let program):
      "in use" + (program.map { " by \($0)" } ?? "") + (process.map { " (process \($0))" } ?? "")
    case .gone: "it went away"
    }
  }
}

extension SerialAdapter {
  /// `/dev/ttyUSB2` before `/dev/ttyUSB10`, USB before on-board ports: those are rarely what is meant.
  static func comesBefore(_ a: SerialAdapter, _ b: SerialAdapter) -> Bool {
    func key(_ adapter: SerialAdapter) -> (Int, Substring, Int) {
      let digits = adapter.path.reversed().prefix { $0.isNumber }.count
      return (adapter.isUSB ? 0 : 1, adapter.path.dropLast(digits), Int(adapter.path.suffix(digits)) ?? 0)
    }
    return key(a) < key(b)
  }
}

extension Unicode.Scalar.Properties {
  fileprivate var isControl: Bool { generalCategory == .control || generalCategory == .format }
}
