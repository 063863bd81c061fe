# Loads the Vagrantfile of each folder on the standard input with Vagrant itself, and prints what it comes to.
require "json"
require "vagrant"

def machine(file, name, provider)
  config = file.machine_config(name, provider, nil, nil, false)[:config]
  own = config.vm.get_provider_config(provider)
  set = own.instance_variables.to_h { |key| [key.to_s, own.instance_variable_get(key).to_s] }
  told = provider == :virtualbox ? own.customizations.map { |_, words| words } : []
  { name: name, folders: config.vm.synced_folders.values, told: told, set: set }
end

home = ARGV[0]
answers = JSON.parse($stdin.read).map do |folder, provider|
  env = Vagrant::Environment.new(cwd: folder, home_path: home, local_data_path: home, ui_class: Vagrant::UI::Silent)
  file = env.vagrantfile
  file.machine_names.map { |name| machine(file, name, provider.to_sym) }
rescue StandardError, SyntaxError => e
  e.class.name
end
puts JSON.dump(answers)
