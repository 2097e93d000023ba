/// The profiles that are part of the program.
enum BuiltInProfile: String, CaseIterable, Sendable {
  /// Not for a scooter: what the others extend.
  case bus
  case m365
  case pro
  case pro2
  case mi1s = "1s"
  case essential
  case es
  case max

  /// The file in `Data/` that it was packed from, without `.yaml`.
  var fileName: String { self == .mi1s ? "mi1s" : rawValue }

  /// `Data/NAME.yaml`, packed: `make profiles` renews it.
  var packed: [UInt8] {
    switch self {
    case .bus: PackageResources.bus_nodes
    case .m365: PackageResources.m365_nodes
    case .pro: PackageResources.pro_nodes
    case .pro2: PackageResources.pro2_nodes
    case .mi1s: PackageResources.mi1s_nodes
    case .essential: PackageResources.essential_nodes
    case .es: PackageResources.es_nodes
    case .max: PackageResources.max_nodes
    }
  }
}
