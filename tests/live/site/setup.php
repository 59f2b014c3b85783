<?php
// Sets a WordPress up: its tables, its people, and an application password for each of them, told as JSON.
define('WP_INSTALLING', true);
require __DIR__ . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Calm Ferries', 'ana', 'ana@example.org', true, '', 'quiet harbour 41');
update_option('timezone_string', 'Europe/Copenhagen');
update_option('comment_previously_approved', 0);
update_option('permalink_structure', '');
$passwords = [];
foreach (['ana' => 'administrator', 'ferry' => 'editor', 'ben' => 'author', 'sue' => 'subscriber'] as $name => $role) {
    $id = username_exists($name) ?: wp_insert_user([
        'user_login' => $name, 'user_pass' => 'quiet harbour 41', 'user_email' => "$name@example.org",
        'display_name' => ucfirst($name), 'role' => $role,
    ]);
    [$passwords[$name]] = WP_Application_Passwords::create_new_application_password($id, ['name' => 'Rapport']);
}
echo json_encode($passwords);
