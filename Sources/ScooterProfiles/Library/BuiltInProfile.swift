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

  /// The data file, as it stands in `Data/`.
  var bytes: [UInt8] {
    switch self {
    case .bus: PackageResources.bus_yaml
    case .m365: PackageResources.m365_yaml
    case .pro: PackageResources.pro_yaml
    case .pro2: PackageResources.pro2_yaml
    case .mi1s: PackageResources.mi1s_yaml
    case .essential: PackageResources.essential_yaml
    case .es: PackageResources.es_yaml
    case .max: PackageResources.max_yaml
    }
  }
}
