public import CaptureFiles
import CUdev
public import SystemPackage

extension SerialAdapter {
  /// The serial ports of this machine: behind USB first, in the order of their names.
  public static func all(system: any SerialSystem = KernelSerial()) throws(InputError) -> [SerialAdapter] {
    let context = try UdevContext()
    return context.ttys().compactMap { record in
      SerialAdapter(record, access: PortAccess.of(record.node, system: system))
    }.sorted(by: comesBefore)
  }
}

/// Serial adapters that come and go.
///
/// The caller's loop waits for `descriptor` and then calls `next` until it gives nil.
public struct HotplugMonitor: ~Copyable {
  public enum Event: Hashable, Sendable {
    case added(SerialAdapter)
    /// The path of what was unplugged.
    case removed(path: String)
  }

  private let context: UdevContext
  private let monitor: OpaquePointer
  private let system: any SerialSystem

  public init(system: any SerialSystem = KernelSerial()) throws(InputError) {
    let context = try UdevContext()
    // udevd's events, not the kernel's: these come when the node has its group.
    guard let monitor = udev_monitor_new_from_netlink(context.udev, "udev") else { throw Self.unavailable }
    guard
      udev_monitor_filter_add_match_subsystem_devtype(monitor, "tty", nil) >= 0,
      udev_monitor_enable_receiving(monitor) >= 0
    else {
      udev_monitor_unref(monitor)
      throw Self.unavailable
    }
    self.context = context
    self.monitor = monitor
    self.system = system
  }

  deinit { udev_monitor_unref(monitor) }

  /// To wait for.
  public var descriptor: FileDescriptor { FileDescriptor(rawValue: udev_monitor_get_fd(monitor)) }

  /// The next event of a serial port, or nil; never waits.
  public func next() -> Event? {
    // A storm of other ttys must not hold the caller up.
    for _ in 0..<256 {
      guard let device = udev_monitor_receive_device(monitor) else { return nil }
      defer { udev_device_unref(device) }
      guard let record = UdevContext.record(device) else { continue }
      let action = udev_device_get_action(device).map { String(cString: $0) }
      if let event = Self.event(action, record, system: system) { return event }
    }
    return nil
  }

  static func event(_ action: String?, _ record: UdevRecord, system: any SerialSystem) -> Event? {
    switch action {
    case "add":
      SerialAdapter(record, access: PortAccess.of(record.node, system: system)).map { .added($0) }
    // Its parents are already gone: only the name tells what it was.
    case "remove": .removed(path: record.node)
    default: nil
    }
  }

  private static var unavailable: InputError {
    InputError("udev", "cannot watch for adapters", remedy: "name the port, it is looked for at intervals")
  }
}

/// libudev's context.
private final class UdevContext {
  let udev: OpaquePointer

  init() throws(InputError) {
    guard let udev = udev_new() else { throw InputError("udev", "cannot be used: out of memory") }
    self.udev = udev
  }

  deinit { udev_unref(udev) }

  /// All ttys that have a device behind them; consoles and pseudo terminals have none.
  func ttys() -> [UdevRecord] {
    guard let enumeration = udev_enumerate_new(udev) else { return [] }
    defer { udev_enumerate_unref(enumeration) }
    udev_enumerate_add_match_subsystem(enumeration, "tty")
    udev_enumerate_scan_devices(enumeration)
    var records: [UdevRecord] = []
    var entry = udev_enumerate_get_list_entry(enumeration)
    while let current = entry {
      entry = udev_list_entry_get_next(current)
      guard let path = udev_list_entry_get_name(current), let device = udev_device_new_from_syspath(udev, path) else {
        continue
      }
      defer { udev_device_unref(device) }
      if udev_device_get_parent(device) != nil, let record = Self.record(device) { records.append(record) }
    }
    return records
  }

  static func record(_ device: OpaquePointer) -> UdevRecord? {
    guard let name = udev_device_get_sysname(device), let node = udev_device_get_devnode(device) else { return nil }
    var record = UdevRecord(name: String(cString: name), node: String(cString: node))
    var entry = udev_device_get_properties_list_entry(device)
    while let current = entry {
      if let key = udev_list_entry_get_name(current), let value = udev_list_entry_get_value(current) {
        record.properties[String(cString: key)] = String(cString: value)
      }
      entry = udev_list_entry_get_next(current)
    }
    record.attributes = attributes(device, UdevRecord.attributeNames)
    record.driver = driver(device)
    record.usb = udev_device_get_parent_with_subsystem_devtype(device, "usb", "usb_device").map {
      attributes($0, UdevRecord.usbAttributeNames)
    }
    return record
  }

  /// The driver of the nearest parent. Since Linux 6.5 two devices of the serial core lie in between.
  private static func driver(_ device: OpaquePointer) -> String? {
    var parent = udev_device_get_parent(device)
    while let current = parent {
      let name = udev_device_get_driver(current).map { String(cString: $0) }
      if name != "port" && name != "ctrl" { return name }
      parent = udev_device_get_parent(current)
    }
    return nil
  }

  private static func attributes(_ device: OpaquePointer, _ names: [String]) -> [String: String] {
    var found: [String: String] = [:]
    for name in names {
      if let value = udev_device_get_sysattr_value(device, name) { found[name] = String(cString: value) }
    }
    return found
  }
}
