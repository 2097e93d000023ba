/// What udev and sysfs say about one tty, as plain values.
struct UdevRecord: Hashable, Sendable {
  /// The tty's name: `ttyUSB0`.
  var name: String
  /// `/dev/ttyUSB0`.
  var node: String
  /// udev's properties, empty where no udevd runs.
  var properties: [String: String] = [:]
  /// Attributes of the tty and, below `device/`, of the device behind it.
  var attributes: [String: String] = [:]
  /// The driver of the device behind the tty.
  var driver: String?
  /// Attributes of the USB device, nil where it is not behind USB.
  var usb: [String: String]?

  /// The attributes that are read of the tty.
  static let attributeNames = ["type", "device/latency_timer"]
  /// The attributes that are read of the USB device.
  static let usbAttributeNames = ["idVendor", "idProduct", "manufacturer", "product", "serial"]
}
